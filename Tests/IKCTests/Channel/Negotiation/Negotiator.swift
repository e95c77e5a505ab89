@testable import IKC

/// One side of a negotiation fed with bytes: either role behind the same calls.
struct Negotiator {
  enum Machine {
    case server(ServerNegotiation)
    case client(ClientNegotiation)
  }

  private var machine: Machine
  private var splitter = LineSplitter()
  /// All that it has written.
  private(set) var output: [UInt8] = []
  private(set) var outcome = NegotiationOutcome.more

  init(server identity: LocalIdentity, peerAddress: String = "192.0.2.1:1") {
    machine = .server(ServerNegotiation(identity, peerAddress: peerAddress))
  }

  init(client identity: LocalIdentity, peerAddress: String = "192.0.2.2:2") {
    var client = ClientNegotiation(identity, peerAddress: peerAddress)
    var reply = ByteWriter()
    client.start(reply: &reply)
    machine = .client(client)
    output = Array(reply.bytes)
  }

  /// Takes a packet. What follows the last line stays in `rest`.
  mutating func receive(_ packet: some Sequence<UInt8>) {
    splitter.append(packet)
    while outcome == .more, let line = splitter.next() { receive(line: line) }
  }

  mutating func receive(line: [UInt8]) {
    var reply = ByteWriter()
    outcome = line.withUnsafeBytes { bytes in
      switch machine {
      case .server(var server):
        let outcome = server.receive(line: bytes, reply: &reply)
        machine = .server(server)
        return outcome
      case .client(var client):
        let outcome = client.receive(line: bytes, reply: &reply)
        machine = .client(client)
        return outcome
      }
    }
    output += reply.bytes
  }

  /// Takes lines, and gives the lines that it answers to them.
  mutating func exchange(_ lines: String...) -> [String] {
    let start = output.count
    for line in lines { receive(line: Array(line.utf8)) }
    return String(decoding: output[start...], as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }

  var rest: [UInt8] { splitter.rest }

  var negotiated: Negotiated? {
    if case .established(let negotiated) = outcome { negotiated } else { nil }
  }

  var error: IKCError? {
    if case .failed(let error) = outcome { error } else { nil }
  }

  var end: IKCError {
    switch machine {
    case .server(var server): server.end()
    case .client(var client): client.end()
    }
  }

  var timeOut: IKCError {
    switch machine {
    case .server(var server): server.timeOut()
    case .client(var client): client.timeOut()
    }
  }
}
