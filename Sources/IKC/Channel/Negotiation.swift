/// A negotiation in either role.
enum Negotiation {
  case server(ServerNegotiation)
  case client(ClientNegotiation)

  /// What is said before the peer says anything.
  mutating func start(reply: inout ByteWriter) {
    guard case .client(var machine) = self else { return }
    machine.start(reply: &reply)
    self = .client(machine)
  }

  /// Takes one line without its end and writes what is to be answered.
  mutating func receive(line: UnsafeRawBufferPointer, reply: inout ByteWriter) -> NegotiationOutcome {
    switch self {
    case .server(var machine):
      defer { self = .server(machine) }
      return machine.receive(line: line, reply: &reply)
    case .client(var machine):
      defer { self = .client(machine) }
      return machine.receive(line: line, reply: &reply)
    }
  }

  /// What it means that the peer ends here.
  mutating func end() -> IKCError {
    switch self {
    case .server(var machine): machine.end()
    case .client(var machine): machine.end()
    }
  }
}
