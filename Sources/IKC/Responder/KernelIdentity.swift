/// Who this kernel is, whatever the connection.
struct KernelIdentity: Sendable {
  let id: String
  let name: String?
  let aliases: [String]
  /// What is said everywhere.
  private let everywhere: LocalIdentity

  init(
    id: String, name: String?, aliases: [String], processID: Int, negotiation: NegotiationProtocol, packages: [String]
  ) {
    self.id = id
    self.name = name
    self.aliases = aliases
    everywhere = LocalIdentity(
      id: id, name: name, aliases: aliases, pid: processID, negotiation: negotiation, serializers: packages)
  }

  /// The names that go with every connection.
  var names: [String] { [id] + [name].compactMap { $0 } + aliases }

  /// Throws `invalidArgument` for a name that no peer could use.
  func checkNames() throws(IKCError) {
    for name in [name].compactMap({ $0 }) + aliases where !KernelName.isAddressable(name) {
      throw IKCError(
        .invalidArgument, "'\(name)' can't be a kernel's name; use letters, digits, blanks, '_', '.' and '-'")
    }
  }

  /// What is said on a connection whose own end goes by `address`.
  func onConnection(address: String) -> LocalIdentity { everywhere.with(address: address) }
}
