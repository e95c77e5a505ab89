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

  /// What is said on a connection whose own end goes by `address`; throws `invalidArgument` where that can't be said.
  func onConnection(address: String?) throws(IKCError) -> LocalIdentity {
    try LocalIdentity(
      id: id, name: name, aliases: aliases, address: address, pid: processID, negotiation: negotiation,
      serializers: packages)
  }
}
