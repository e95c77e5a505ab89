/// Who this kernel is, whatever the connection.
struct KernelIdentity: Sendable {
  let id: String
  let name: String?
  let aliases: [String]
  let processID: Int
  let negotiation: NegotiationProtocol
  let packages: [String]

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
  func onConnection(address: String) -> LocalIdentity {
    LocalIdentity(
      id: id, name: name, aliases: aliases, address: address, pid: processID, negotiation: negotiation,
      serializers: packages)
  }
}
