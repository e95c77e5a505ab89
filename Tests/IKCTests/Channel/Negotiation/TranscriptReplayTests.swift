import Testing

@testable import IKC

/// Every recorded conversation again, with one end played by us: it has to say byte for byte what the real peer said.
struct TranscriptReplayTests {
  /// Where the real server hangs or dies, or lets a late LF count as a line; `BetterThanRecordedTests` has these.
  static let betterAsServer: Set = [
    "classic-odd-names", "raw-ikc0-crlf-split-early", "raw-name-repeated-name", "raw-setup-commas",
    "raw-setup-utf8-name",
  ]
  /// Where the real client stands still; and where the small client, which we are not, keeps silent.
  static let betterAsClient: Set = [
    "rawserver-classic-not-to-iam", "rawserver-lite-classic-garbage", "rawserver-lite-classic-refused-freezer",
  ]

  static let asServer = Transcript.all.filter { $0.hasRealServer && !betterAsServer.contains($0.name) }
  static let asClient = Transcript.all.filter { $0.hasRealClient && !betterAsClient.contains($0.name) }

  @Test func allRecordingsAreReplayed() {
    #expect(Transcript.all.count == 225)
    #expect(Self.asServer.count == 202)
    #expect(Self.asClient.count == 129)
    let names = Set(Transcript.all.map(\.name))
    #expect(Self.betterAsServer.isSubset(of: names))
    #expect(Self.betterAsClient.isSubset(of: names))
  }

  @Test(arguments: asServer)
  func serverSpeaksAsRecorded(_ transcript: Transcript) {
    var server = Negotiator(server: transcript.server())
    replay(transcript, &server, playing: "server")
  }

  @Test(arguments: asClient)
  func clientSpeaksAsRecorded(_ transcript: Transcript) {
    var client = Negotiator(client: transcript.client())
    replay(transcript, &client, playing: "client")
  }

  /// Feeds one side's events in the recorded order; whenever the other side spoke, ours has to have said the same.
  private func replay(_ transcript: Transcript, _ ours: inout Negotiator, playing side: String) {
    let expected = transcript.negotiation(of: side)
    var heard = 0
    for event in transcript.events {
      if event.from == side {
        heard += event.bytes.count
        #expect(ours.output.elementsEqual(expected.prefix(heard)))
      } else if ours.outcome == .more {
        ours.receive(event.bytes)
      }
    }
    #expect(ours.output == expected)
    let hasFrames = transcript.decoded.contains { $0.length == nil }
    if hasFrames { #expect(ours.negotiated != nil) }
    #expect(ours.error == nil || Self.failsAsClient[transcript.name] != nil)
    if let end = Self.failsAsClient[transcript.name], side == "client" {
      #expect(ours.error?.code == .negotiationFailed)
      #expect(ours.error?.message.contains(end) == true)
    }
  }

  /// The real client waits for ever, or dies, without a word: ours says what is wrong.
  static let failsAsClient = [
    "rawserver-classic-not-to-hello": "refused HELLO",
    "rawserver-ikc0-not-twice": "refused HELLO",
    "rawserver-ikc0-unknown-freezer": "No::Where",
  ]

  @Test(arguments: asServer)
  func serverDoesNotMindWhereTheStreamIsCut(_ transcript: Transcript) {
    let identity = transcript.server()
    cutEverywhere(transcript, from: "client") { Negotiator(server: identity) }
  }

  @Test(arguments: asClient)
  func clientDoesNotMindWhereTheStreamIsCut(_ transcript: Transcript) {
    let identity = transcript.client()
    cutEverywhere(transcript, from: "server") { Negotiator(client: identity) }
  }

  /// The same bytes cut in two at every position, in single bytes and at random lead to the same end.
  private func cutEverywhere(_ transcript: Transcript, from side: String, _ make: () -> Negotiator) {
    let stream = transcript.stream(of: side)
    let lines = min(stream.count, transcript.negotiation(of: side).count + 8)
    let bytes = Array(stream.prefix(max(lines, min(stream.count, 300))))
    var whole = make()
    whole.receive(bytes)
    func check(_ cuts: [Int]) {
      var ours = make()
      var start = 0
      for cut in cuts + [bytes.count] {
        ours.receive(bytes[start..<cut])
        start = cut
      }
      #expect(ours.output == whole.output, "cut at \(cuts)")
      #expect(ours.outcome == whole.outcome, "cut at \(cuts)")
      #expect(ours.rest == whole.rest, "cut at \(cuts)")
    }
    for cut in 0...lines { check([cut]) }
    check(Array(0..<bytes.count))
    var random = SeededGenerator(seed: 1)
    for _ in 0..<10 where !bytes.isEmpty {
      check((0..<8).map { _ in Int.random(in: 0..<bytes.count, using: &random) }.sorted())
    }
  }

  /// The names that the real peer registered for the other side are the ones that we come to.
  @Test(arguments: asServer.filter { $0.connections == 1 && !$0.name.hasPrefix("raw") && $0.hasRealClient })
  func serverKnowsTheClientByTheNamesThatPerlRegistered(_ transcript: Transcript) throws {
    let registered = registrations(transcript.observedServer)
    try #require(!registered.isEmpty)
    var server = Negotiator(server: transcript.server(), peerAddress: try #require(registered.last))
    server.receive(transcript.stream(of: "client"))
    let names = try #require(server.negotiated).names
    #expect(names.first == registered.first)
    #expect(Set(names) == Set(registered))
    #expect(names.count == Set(names).count)
  }

  private func registrations(_ observed: [Transcript.Observation]?) -> [String] {
    (observed ?? []).filter { $0.ev == "monitor" && $0.what == "register" }.compactMap(\.id)
  }

  @Test(arguments: Transcript.all.filter { $0.hasRealServer && $0.hasRealClient && $0.name != "classic-odd-names" })
  func bothSidesComeToTheSame(_ transcript: Transcript) throws {
    var server = Negotiator(server: transcript.server())
    server.receive(transcript.stream(of: "client"))
    var client = Negotiator(client: transcript.client())
    client.receive(transcript.stream(of: "server"))
    let here = try #require(server.negotiated)
    let there = try #require(client.negotiated)
    #expect(here.serializer == there.serializer)
    #expect(here.negotiation == there.negotiation)
    #expect(here.pid == (here.negotiation == .ikc0 ? transcript.placeholders["CLIENT_PID"] : nil))
    #expect(there.pid == (there.negotiation == .ikc0 ? transcript.placeholders["SERVER_PID"] : nil))
    #expect(here.names.first == transcript.client().id)
    #expect(there.names.first == transcript.server().id)
  }
}
