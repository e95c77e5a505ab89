/// What this kernel says of itself to a peer.
struct LocalIdentity: Sendable {
  /// The kernel's id, its canonical name.
  let id: String
  /// The dialogue to begin with; as a server the best one that is accepted.
  let negotiation: NegotiationProtocol
  /// Packages of the serializers that it has, the preferred one first.
  let serializers: [String]
  /// The package that counts where none is agreed on, and which it has as well; nil if there is none.
  let defaultSerializer: String?
  /// The process id, as it is told.
  let pid: String
  /// The further names in the order of the list: name, aliases, address. Each is there once, and none that a specifier
  /// can't hold: an IKC 0.2402 peer dies of such a name, and of one that is told twice.
  private(set) var names: [String] = []

  /// Puts together what is the same on all connections.
  ///
  /// - Parameters:
  ///   - name: the name that was given to the kernel, if one was.
  ///   - defaultSerializer: what counts where no package is agreed on; by default `Storable`, as it does for IKC
  ///     0.2402, if that is among `serializers`.
  init(
    id: String, name: String? = nil, aliases: [String] = [], address: String? = nil, pid: Int,
    negotiation: NegotiationProtocol, serializers: [String], defaultSerializer: String? = nil
  ) {
    self.id = id
    self.pid = String(pid)
    self.negotiation = negotiation
    self.serializers = serializers
    self.defaultSerializer = defaultSerializer ?? serializers.first { $0 == "Storable" }
    for candidate in [name].compactMap({ $0 }) + aliases + [address].compactMap({ $0 }) { add(candidate) }
  }

  /// The same on a connection whose own end has that address, as ``KernelName`` writes it.
  func with(address: String) -> LocalIdentity {
    var identity = self
    identity.add(address)
    return identity
  }

  private mutating func add(_ name: String) {
    if name != id, !names.contains(name), KernelName.isAddressable(name) { names.append(name) }
  }

  /// What a client proposes, in this order.
  var proposals: [String] {
    serializers.isEmpty ? [defaultSerializer].compactMap { $0 } : serializers
  }

  /// Whether frames in that format can be read and written.
  func has(_ package: String) -> Bool {
    package == defaultSerializer || serializers.contains(package)
  }

  /// The line that says it all, with those packages.
  func setup(_ packages: [String]) -> SetupLine {
    SetupLine(names: [id] + names, packages: packages, pid: pid)
  }
}
