/// The names that a peer has announced so far.
struct PeerNames: Sendable {
  private(set) var announced: [String] = []

  /// What came of a name.
  enum Addition { case taken, refused, tooMany }

  /// Takes a name that passed the rule of the dialogue. The first one is the peer's id and has to be of use; any other
  /// is taken even if no specifier can hold it, since it does no harm to leave it unused.
  mutating func add(_ name: UnsafeRawBufferPointer) -> Addition {
    guard announced.count < NegotiationLimit.names else { return .tooMany }
    guard !announced.isEmpty || KernelName.isRegistrable(name) else { return .refused }
    announced.append(String(decoding: name, as: UTF8.self))
    return .taken
  }

  /// The id and all names under which the peer can be addressed. Who announced nothing is called by its address.
  ///
  /// - Parameters:
  ///   - names: what the peer announced, its id first, then in the order of its own list.
  ///   - isShared: whether others have that address as well, so that it is no name beside others.
  static func addressable(_ names: [String], peerAddress: String, isShared: Bool) -> [String] {
    guard let id = names.first else { return [peerAddress] }
    var result = [id]
    // At most 256 names, mostly three: a list is searched faster than a set is made.
    for name in names.dropFirst() where !result.contains(name) && KernelName.isAddressable(name) { result.append(name) }
    if !isShared, !result.contains(peerAddress), KernelName.isAddressable(peerAddress) { result.append(peerAddress) }
    return result
  }

  /// What the classic dialogue led to: after the id it tells the list from its end.
  func negotiated(serializer: String, peerAddress: String, isShared: Bool = false) -> Negotiated {
    let inOrder = Array(announced.prefix(1) + announced.dropFirst().reversed())
    return Negotiated(
      names: Self.addressable(inOrder, peerAddress: peerAddress, isShared: isShared), pid: nil, serializer: serializer,
      negotiation: .ikc)
  }
}

extension SetupLine {
  /// What the exchange of SETUP lines led to, this one being the peer's.
  func negotiated(serializer: String, peerAddress: String, isShared: Bool = false) -> Negotiated {
    Negotiated(
      names: PeerNames.addressable(names, peerAddress: peerAddress, isShared: isShared), pid: pid,
      serializer: serializer, negotiation: .ikc0)
  }
}
