import Testing

@testable import IKC

struct ServerNegotiationTests {
  static func identity(
    _ negotiation: NegotiationProtocol = .ikc0, name: String? = "Server", aliases: [String] = [],
    serializers: [String] = ["Storable", "YAML"]
  ) -> LocalIdentity {
    LocalIdentity(
      id: "here", name: name, aliases: aliases, address: "192.0.2.9:603", pid: 7, negotiation: negotiation,
      serializers: serializers)
  }

  /// A server whose client has just sent its last name.
  static func choosing(serializers: [String] = ["Storable", "YAML"]) -> Negotiator {
    var server = Negotiator(server: identity(serializers: serializers))
    _ = server.exchange("HELLO", "OK", "OK", "OK", "IAM there", "DONE")
    return server
  }

  @Test func linesBehindHelloAreNotDropped() {
    for negotiation in [NegotiationProtocol.ikc, .ikc0] {
      var server = Negotiator(server: Self.identity(negotiation))
      let lines = [
        "HELLO", "OK", "OK", "OK", "IAM there", "IAM 192.0.2.1:5", "IAM There", "DONE", "FREEZER YAML", "WORLD",
      ]
      server.receive(Array(lines.map { $0 + "\r\n" }.joined().utf8) + Array("3\0abc".utf8))
      #expect(
        server.negotiated
          == Negotiated(
            names: ["there", "There", "192.0.2.1:5", "192.0.2.1:1"], pid: nil, serializer: "YAML", negotiation: .ikc))
      #expect(server.rest == Array("3\0abc".utf8))
    }
  }

  @Test func clientWithoutANameIsCalledByItsAddress() {
    var server = Negotiator(server: Self.identity())
    _ = server.exchange("HELLO", "OK", "OK", "OK", "DONE", "WORLD")
    #expect(server.negotiated?.names == ["192.0.2.1:1"])
  }

  @Test func lastProposalCounts() {
    var server = Self.choosing()
    #expect(server.exchange("FREEZER YAML", "FREEZER No::Such", "WORLD") == ["OK", "NOT", "UP"])
    #expect(server.negotiated?.serializer == "Storable")
    server = Self.choosing()
    #expect(server.exchange("FREEZER No::Such", "FREEZER YAML", "FREEZER a b", "WORLD") == ["NOT", "OK", "NOT", "UP"])
    #expect(server.negotiated?.serializer == "YAML")
  }

  @Test func withoutTheDefaultOneHasToBeAgreedOn() {
    var server = Self.choosing(serializers: ["YAML"])
    #expect(server.exchange("FREEZER Storable", "WORLD") == ["NOT"])
    #expect(server.error?.code == .negotiationFailed)
    #expect(server.error?.peer == "there")
    var other = Negotiator(server: Self.identity(serializers: ["YAML"]))
    #expect(other.exchange("SETUP KERNEL=there;FREEZER=Storable") == ["NOT"])
    #expect(
      other.exchange("SETUP KERNEL=there;FREEZER=Storable,YAML;PID=5").first?.hasPrefix("SETUP KERNEL=here") == true)
    #expect(
      other.negotiated
        == Negotiated(names: ["there", "192.0.2.1:1"], pid: "5", serializer: "YAML", negotiation: .ikc0))
  }

  @Test func repeatedNamesCountOnce() {
    var server = Negotiator(server: Self.identity())
    _ = server.exchange("HELLO", "OK", "OK", "OK")
    #expect(
      server.exchange("IAM a", "IAM a", "IAM b", "IAM a", "IAM b", "DONE", "WORLD") == [
        "OK", "OK", "OK", "OK", "OK", "UP",
      ])
    #expect(server.negotiated?.names == ["a", "b", "192.0.2.1:1"])
  }

  @Test func idThatWouldKillAPerlPeerIsRefused() {
    var server = Negotiator(server: Self.identity())
    _ = server.exchange("HELLO", "OK", "OK", "OK")
    #expect(
      server.exchange("IAM a:b", "IAM 0", "IAM good", "IAM a:b", "DONE", "WORLD") == ["NOT", "NOT", "OK", "OK", "UP"])
    #expect(server.negotiated?.names == ["good", "192.0.2.1:1"])
    var other = Negotiator(server: Self.identity())
    #expect(other.exchange("SETUP KERNEL=*;FREEZER=Storable", "SETUP KERNEL=x=y;FREEZER=Storable") == ["NOT", "NOT"])
  }

  @Test func classicServerTakesNoSetup() {
    var server = Negotiator(server: Self.identity(.ikc))
    #expect(server.exchange("SETUP KERNEL=a;FREEZER=Storable", "HELLO") == ["NOT", "IAM here"])
  }

  @Test func ownNamesAreToldOnceEach() {
    var server = Negotiator(server: Self.identity(name: "here", aliases: ["A", "A", "a/b", "192.0.2.9:603", "b c"]))
    #expect(server.exchange("HELLO", "OK", "OK", "OK") == ["IAM here", "IAM 192.0.2.9:603", "IAM A", "DONE"])
    var other = Negotiator(server: Self.identity(name: "here", aliases: ["A", "A", "a/b", "192.0.2.9:603", "b c"]))
    #expect(
      other.exchange("SETUP KERNEL=there;FREEZER=YAML")
        == ["SETUP KERNEL=here,A,192.0.2.9:603,b c;FREEZER=YAML;PID=7"])
  }

  @Test func endlessTalkFails() {
    for line in ["", "FOO", "HELLO IKC1", "SETUP x", "NOT"] {
      var server = Negotiator(server: Self.identity())
      for _ in 0..<NegotiationLimit.lines { server.receive(line: Array(line.utf8)) }
      #expect(server.outcome == .more)
      server.receive(line: Array(line.utf8))
      #expect(server.error?.code == .negotiationFailed)
      #expect(server.output.count <= NegotiationLimit.lines * 5)
    }
  }

  @Test func tooManyNamesFail() {
    var server = Negotiator(server: Self.identity())
    _ = server.exchange("HELLO", "OK", "OK", "OK")
    for number in 0..<NegotiationLimit.names { #expect(server.exchange("IAM n\(number)") == ["OK"]) }
    #expect(server.exchange("IAM straw").isEmpty)
    #expect(server.error?.message.contains("\(NegotiationLimit.names) names") == true)
    var other = Negotiator(server: Self.identity())
    let names = (0...NegotiationLimit.names).map { "n\($0)" }.joined(separator: ",")
    #expect(other.exchange("SETUP KERNEL=\(names);FREEZER=Storable") == ["NOT"])
  }

  @Test func endAndTimeOutTellWhatIsMissing() {
    var server = Negotiator(server: Self.identity())
    #expect(server.end.message.contains("SETUP or HELLO"))
    _ = server.exchange("HELLO")
    #expect(server.timeOut.message.contains("acknowledge the names"))
    _ = server.exchange("OK", "OK", "OK", "IAM there")
    #expect(server.end.message.contains("tell its names"))
    #expect(server.end.peer == "there")
    #expect(server.end.code == .negotiationFailed)
  }

  @Test func nothingIsTakenAfterTheEnd() {
    var server = Negotiator(server: Self.identity())
    _ = server.exchange("SETUP KERNEL=a;FREEZER=Storable")
    let output = server.output
    server.receive(line: Array("HELLO".utf8))
    #expect(server.error != nil)
    #expect(server.output == output)
  }
}
