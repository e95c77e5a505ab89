import Testing

@testable import IKC

struct ClientNegotiationTests {
  static func identity(
    _ negotiation: NegotiationProtocol = .ikc, name: String? = "Client", aliases: [String] = [],
    serializers: [String] = ["Storable", "YAML"], defaultSerializer: String? = nil
  ) -> LocalIdentity {
    LocalIdentity(
      id: "me", name: name, aliases: aliases, address: "192.0.2.9:5", pid: 7, negotiation: negotiation,
      serializers: serializers, defaultSerializer: defaultSerializer)
  }

  @Test func refusedAliasIsPassedOver() {
    var client = Negotiator(client: Self.identity())
    #expect(client.exchange("IAM s", "DONE", "OK", "NOT") == ["OK", "IAM me", "IAM 192.0.2.9:5", "IAM Client"])
    #expect(client.exchange("NOT", "OK", "UP") == ["DONE", "FREEZER Storable", "WORLD"])
    #expect(client.negotiated?.serializer == "Storable")
  }

  @Test func idRefusedFails() {
    var client = Negotiator(client: Self.identity())
    #expect(client.exchange("DONE", "NOT") == ["IAM me"])
    #expect(client.error == IKCError(.negotiationFailed, "the server refused the name \"me\"", peer: "192.0.2.2:2"))
  }

  @Test(arguments: [NegotiationProtocol.ikc, .ikc0])
  func nameWithABlankIsNeverSaidInTheClassicDialogue(_ negotiation: NegotiationProtocol) {
    var client = Negotiator(client: Self.identity(negotiation, aliases: ["my alias"]))
    if negotiation == .ikc0 { #expect(client.exchange("NOT") == ["HELLO"]) }
    #expect(client.exchange("IAM s", "DONE") == ["OK"])
    #expect(client.error?.code == .negotiationFailed)
    #expect(client.error?.message.contains("\"my alias\"") == true)
  }

  @Test func namesThatPerlRefusesAreNeverSaid() {
    let odd = ["a/b", "a=b", "", "x,y", "é", "*", "a:b", "0", "Client", "me", "line\nbreak"]
    let setup = Negotiator(client: Self.identity(.ikc0, aliases: odd)).output
    #expect(
      String(decoding: setup, as: UTF8.self)
        == "SETUP KERNEL=me,Client,192.0.2.9:5;FREEZER=Storable,YAML;PID=7\r\n")
    var client = Negotiator(client: Self.identity(aliases: odd))
    #expect(
      client.exchange("DONE", "OK", "OK", "OK")
        == ["IAM me", "IAM 192.0.2.9:5", "IAM Client", "DONE", "FREEZER Storable"])
  }

  @Test func wholeServerSideInOnePacket() {
    for line in ["OK", "NOT"] {
      var client = Negotiator(client: Self.identity())
      let lines = ["IAM s", "IAM 192.0.2.2:603", "IAM Server", "DONE", "OK", "OK", "OK", line, "OK", "UP"]
      client.receive(Array(lines.map { $0 + "\n" }.joined().utf8) + Array("1\0x".utf8))
      // The OK behind an accepted FREEZER answers nothing that was asked, and is itself answered NOT.
      #expect(client.negotiated?.names == ["s", "Server", "192.0.2.2:603", "192.0.2.2:2"])
      #expect(client.negotiated?.serializer == (line == "OK" ? "Storable" : "YAML"))
      #expect(client.rest == Array("1\0x".utf8))
    }
  }

  @Test func serverMayChooseAPackageThatWasNotProposed() {
    var client = Negotiator(client: Self.identity(.ikc0, serializers: ["YAML"], defaultSerializer: "Storable"))
    #expect(client.exchange("SETUP KERNEL=s;FREEZER=Storable;PID=1").isEmpty)
    #expect(client.negotiated?.serializer == "Storable")
  }

  @Test func packageThatIsNotThereFails() {
    var client = Negotiator(client: Self.identity(.ikc0))
    #expect(client.exchange("SETUP KERNEL=s;FREEZER=FreezeThaw;PID=1").isEmpty)
    #expect(client.error?.message.contains("FreezeThaw") == true)
  }

  @Test func malformedSetupIsRefusedAndTheNextOneTaken() {
    var client = Negotiator(client: Self.identity(.ikc0))
    let refused = [
      "SETUP KERNEL=s;FREEZER=Storable;X=1", "SETUP KERNEL=s", "SETUP FREEZER=Storable", "SETUP",
      "SETUP KERNEL=x=y;FREEZER=YAML",
    ]
    for line in refused { #expect(client.exchange(line) == ["NOT"]) }
    #expect(client.exchange("SETUP KERNEL=s,S,*,,S;FREEZER=YAML").isEmpty)
    #expect(
      client.negotiated
        == Negotiated(names: ["s", "S", "192.0.2.2:2"], pid: nil, serializer: "YAML", negotiation: .ikc0))
  }

  @Test func withoutTheDefaultAllRefusedFails() {
    var client = Negotiator(client: Self.identity(serializers: ["YAML", "FreezeThaw"]))
    _ = client.exchange("DONE", "OK", "OK", "OK")
    #expect(client.exchange("NOT", "NOT") == ["FREEZER FreezeThaw"])
    #expect(client.error?.message.contains("YAML, FreezeThaw") == true)
  }

  @Test func nothingToProposeFails() {
    var client = Negotiator(client: Self.identity(serializers: []))
    #expect(client.exchange("DONE", "OK", "OK", "OK") == ["IAM me", "IAM 192.0.2.9:5", "IAM Client"])
    #expect(client.error?.code == .negotiationFailed)
  }

  @Test func refusedHelloAndWorldFail() {
    var client = Negotiator(client: Self.identity())
    #expect(client.exchange("NOT").isEmpty)
    #expect(client.error?.message.contains("HELLO") == true)
    client = Negotiator(client: Self.identity())
    _ = client.exchange("DONE", "OK", "OK", "OK", "OK", "NOT")
    #expect(client.error?.message.contains("WORLD") == true)
  }

  @Test func endlessTalkFails() {
    for negotiation in [NegotiationProtocol.ikc, .ikc0] {
      var client = Negotiator(client: Self.identity(negotiation))
      for _ in 0..<NegotiationLimit.lines { client.receive(line: []) }
      #expect(client.outcome == .more)
      client.receive(line: [])
      #expect(client.error?.code == .negotiationFailed)
    }
  }

  @Test func tooManyNamesFail() {
    var client = Negotiator(client: Self.identity())
    for number in 0..<NegotiationLimit.names { #expect(client.exchange("IAM n\(number)") == ["OK"]) }
    #expect(client.exchange("IAM straw").isEmpty)
    #expect(client.error?.message.contains("\(NegotiationLimit.names) names") == true)
  }

  @Test func endAndTimeOutTellWhatIsMissing() {
    var client = Negotiator(client: Self.identity(.ikc0))
    #expect(client.end.message.contains("SETUP"))
    _ = client.exchange("NOT", "IAM s", "DONE")
    #expect(client.timeOut.message.contains("acknowledge the names"))
    #expect(client.timeOut.peer == "s")
  }
}
