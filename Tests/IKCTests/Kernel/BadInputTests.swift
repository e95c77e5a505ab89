import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct BadInputTests {
  private static func prepare(_ server: Kernel) throws {
    let session = server.session("test")
    session.on("echo") { (value: Value) in value }
    try session.publish("echo")
  }

  private static let call: Value = [
    "event": "poe://Server/test/echo", "params": "hello",
    "rsvp": ["kernel": "Raw", "session": "s", "state": "r1"],
  ]

  private func expectAnswer(_ raw: RawClient) async throws {
    try raw.send(Self.call)
    let reply = try #require(try await raw.receiveMessage())
    #expect(reply["event"]?["state"]?.text == "r1")
    #expect(reply["params"]?.text == "hello")
  }

  private func expectError(_ raw: RawClient, _ text: String, _ when: String) async throws {
    let reply = try #require(try await raw.receiveMessage())
    #expect(reply["event"]?["session"]?.text == "IKC")
    #expect(reply["event"]?["state"]?.text == "remote_error")
    #expect(reply["event"]?["kernel"]?.text == "raw-00000000-00000000-00000001")
    #expect(reply["is_error"]?.int == 1)
    #expect(reply["params"]?[0]?.text?.hasPrefix(text) == true, "\(reply)")
    #expect(reply["params"]?[2]?.text == when)
  }

  @Test(arguments: [
    ([], "Message is no Storable image"),
    (Array("junk".utf8), "Message is no Storable image"),
    ([5, 11], "Message is no Storable image"),
    ([5, 11, 10, 1, 65], "Message is no hash"),
    ([5, 11, 2, 0, 0, 0, 0], "Message is no hash"),
    ([5, 11, 3, 255, 255, 255, 255], "Message is not whole"),
    ([5, 11, 3, 0, 0, 0, 1, 99], "Message is not whole"),
    ([5, 11, 3, 0, 0, 0, 1, 10, 200, 65, 0, 0, 0, 1, 65], "Message is not whole"),
  ])
  func aBodyThatIsNoMessageIsAnsweredAndTheChannelGoesOn(_ body: [UInt8], _ text: String) async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    raw.send(frame: body)
    try await expectError(raw, text, "request")
    try await expectAnswer(raw)
    await pair.shutdown()
  }

  @Test func eightUndecodableBodiesInARowCloseTheChannelAndNoOther() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    for _ in 0..<7 { raw.send(frame: [1, 2, 3]) }
    for _ in 0..<7 { try await expectError(raw, "Message is no Storable image", "request") }
    try await expectAnswer(raw)
    for _ in 0..<8 { raw.send(frame: [1, 2, 3]) }
    for _ in 0..<8 { try await expectError(raw, "Message is no Storable image", "request") }
    #expect(try await raw.receiveMessage() == nil)
    #expect(try await pair.client.call("poe://Server/test/echo", 5, as: Int.self) == 5)
    await pair.shutdown()
  }

  @Test(
    arguments: [
      (["params": 1], "Session '' is not available for remote kernels.  Request poe:"),
      (["event": .undef, "params": 1], "Session '' is not available for remote kernels.  Request poe:"),
      (["event": "///", "params": 1], "Session '' is not available for remote kernels.  Request poe:"),
      (["event": ["a", "b"], "params": 1], "Session '' is not available for remote kernels.  Request poe:"),
      (
        ["event": "poe://Server/test/IKC", "params": 1],
        "Session 'test' has not published state 'IKC'.  Request poe://Server/test/IKC"
      ),
      (
        ["event": "poe://Server/IKC/shutdown", "params": 1, "from": ["kernel": "Raw", "session": "s"]],
        "Session 'IKC' has not published state 'shutdown'.  Request poe://Server/IKC/shutdown sent by poe://Raw/s"
      ),
      (
        [
          "event": ["kernel": "Server", "session": "test", "state": "IKC:proxy"], "params": ["nosuch", [1]],
        ], "Session 'test' has not published state 'nosuch'.  Request poe://Server/test/nosuch"
      ),
    ] as [(Value, String)])
  func anEventThatGoesNowhereIsAnsweredAsPerlAnswers(_ message: Value, _ text: String) async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try raw.send(message)
    try await expectError(raw, text, "check")
    try await expectAnswer(raw)
    await pair.shutdown()
  }

  @Test(arguments: [Value.undef, "", "0", 0])
  func aFalseRsvpIsNone(_ rsvp: Value) async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try raw.send(["event": "poe://Server/test/echo", "params": 1, "rsvp": rsvp])
    try await expectAnswer(raw)
    await pair.shutdown()
  }

  @Test func partsThatRepeatWithoutEndAreRefusedAtOnce() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    // $d = []; $d = [$d, $d] for 1..40, and nested ones that hold one another.
    raw.send(frame: Self.message(params: Self.doubled(40)))
    try await expectError(raw, "Storable image repeats parts of itself too often", "request")
    raw.send(frame: Self.message(params: Self.chained(segments: 50, levels: 900)))
    try await expectError(raw, "Storable image repeats parts of itself too often", "request")
    try await expectAnswer(raw)
    await pair.shutdown()
  }

  /// A call of `test/echo` whose parameters are the item.
  private static func message(params: [UInt8]) -> [UInt8] {
    func key(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
    func string(_ text: String) -> [UInt8] { [10, UInt8(text.utf8.count)] + Array(text.utf8) }
    return [5, 11, 3, 0, 0, 0, 3] + params + key("params") + string("poe://Server/test/echo") + key("event")
      + string("poe://Raw/s/r1") + key("rsvp")
  }

  private static func big(_ number: Int) -> [UInt8] {
    [UInt8(number >> 24 & 255), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
  }

  /// An array whose two elements are the same array, and so on: its tags begin at 1.
  private static func doubled(_ levels: Int) -> [UInt8] {
    var head: [UInt8] = []
    var tail: [UInt8] = []
    // Level n: reference 2n + 1, array 2n + 2, and a reference to the array of the next level as second element.
    var tag = 1 + 2 * levels + 2
    for level in 0..<levels {
      head += [4, 2, 0, 0, 0, 2]
      tail = [4, 0] + big(2 * (level + 1) + 2) + tail
    }
    tag += 1
    return head + [4, 2, 0, 0, 0, 0] + tail
  }

  /// Deep arrays, each with the one before it at its bottom.
  private static func chained(segments: Int, levels: Int) -> [UInt8] {
    var item: [UInt8] = [4, 2] + big(segments)
    var tag = 3
    var previous: Int?
    for _ in 0..<segments {
      let first = tag + 1
      for _ in 0..<levels {
        item += [4, 2, 0, 0, 0, 1]
        tag += 2
      }
      if let previous { item += [4, 0] + big(previous) } else { item += [8, 128] }
      tag += 1
      previous = first
    }
    return item
  }

  @Test func anErrorIsNeverAnsweredWithAnError() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try raw.send(["event": "poe://Server/nowhere/x", "params": 1, "is_error": 1])
    try await expectAnswer(raw)
    await pair.shutdown()
  }

  @Test func aPermitIsUsedUpByItsFirstAnswer() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try await eventually { pair.server.channel(to: "Raw") != nil }
    async let answer = pair.server.call("poe://Raw/any/thing", 1, as: String.self)
    let asked = try #require(try await raw.receiveMessage())
    let rsvp = try #require(asked["rsvp"])
    try raw.send(["event": rsvp, "params": "first"])
    try raw.send(["event": rsvp, "params": "second"])
    #expect(try await answer == "first")
    try await expectError(raw, "Session 'IKC-call' is not available for remote kernels.", "check")
    await pair.shutdown()
  }

  @Test func aPermitIsOnlyForTheKernelThatWasCalled() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    let thief = try RawClient(pair.listener.address)
    await raw.negotiate()
    await thief.negotiate(names: "raw-00000000-00000000-00000002,Thief")
    try await eventually { pair.server.channel(to: "Raw") != nil }
    async let answer = pair.server.call("poe://Raw/any/thing", 1, as: String.self)
    let rsvp = try #require(try await raw.receiveMessage()?["rsvp"])
    try thief.send(["event": rsvp, "params": "stolen"])
    let refusal = try #require(try await thief.receiveMessage())
    #expect(refusal["is_error"]?.int == 1)
    try raw.send(["event": rsvp, "params": "own"])
    #expect(try await answer == "own")
    await pair.shutdown()
  }

  @Test func anErrorTextEndsTheCallThatItNames() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try await eventually { pair.server.channel(to: "Raw") != nil }
    async let other = pair.server.call("poe://Raw/any/other", 1, as: Int.self)
    let failed = Task { try await pair.server.call("poe://Raw/any/thing", 1, as: Int.self) }
    var rsvps: [String: Value] = [:]
    for _ in 0..<2 {
      let asked = try #require(try await raw.receiveMessage())
      rsvps[asked["event"]?.text ?? ""] = asked["rsvp"]
    }
    try raw.send([
      "event": ["kernel": "Server", "session": "IKC", "state": "remote_error"], "is_error": 1,
      "params": ["No such thing.  Request poe://Raw/any/thing", "Raw", "check"],
    ])
    let error = try await #require(throws: IKCError.self) { try await failed.value }
    #expect(error.code == .remote)
    #expect(error.message == "No such thing.  Request poe://Raw/any/thing")
    try raw.send(["event": try #require(rsvps["poe://Raw/any/other"]), "params": 9])
    #expect(try await other == 9)
    await pair.shutdown()
  }

  @Test(arguments: [
    (Array("junk\0".utf8), IKCError.Code.badFrame), (Array(" 5\0hello".utf8), .badFrame),
    (Array("-5\0hello".utf8), .badFrame), (Array("\r\n5\0hello".utf8), .badFrame),
    (Array("104857601\0".utf8), .frameTooLong), (Array("99999999999999999999999999\0".utf8), .badFrame),
  ])
  func whatIsNoFrameClosesThatChannelAlone(_ bytes: [UInt8], _ code: IKCError.Code) async throws {
    let errors = Collector<IKCError>()
    let pair = try await KernelPair(prepare: Self.prepare)
    pair.server.onError { errors.add($0) }
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    raw.send(bytes)
    #expect(await raw.isClosedByPeer())
    let error = try await errors.first(1)[0]
    #expect(error.code == code || error.code == .frameTooLong)
    #expect(error.peer == "raw-00000000-00000000-00000001")
    #expect(try await pair.client.call("poe://Server/test/echo", 5, as: Int.self) == 5)
    await pair.shutdown()
  }

  @Test func aLineWithoutEndClosesThatConnectionAlone() async throws {
    let errors = Collector<IKCError>()
    let pair = try await KernelPair(prepare: Self.prepare)
    pair.server.onError { errors.add($0) }
    let raw = try RawClient(pair.listener.address)
    raw.send([UInt8](repeating: 65, count: 70_000))
    #expect(try await errors.first(1)[0].code == .lineTooLong)
    #expect(try await pair.client.call("poe://Server/test/echo", 5, as: Int.self) == 5)
    await pair.shutdown()
  }

  @Test func aConnectionThatEndsEarlyIsJustGone() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    for text in ["", "HELLO\r\n", "SETUP KERNEL=", "HELLO\r\nOK\r\n"] {
      let raw = try RawClient(pair.listener.address)
      raw.send(Array(text.utf8))
    }
    #expect(try await pair.client.call("poe://Server/test/echo", 5, as: Int.self) == 5)
    await pair.shutdown()
  }

  @Test func aPeerThatNeverNegotiatesIsClosed() async throws {
    var settings = Configuration()
    settings.negotiationTimeout = .milliseconds(50)
    let server = Kernel(name: "Server", configuration: settings)
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let raw = try RawClient(listener.address)
    #expect(await raw.isClosedByPeer())
    await server.shutdown()
  }

  @Test func aHalfClosedPeerStillGetsTheAnswersThatItWaitsFor() async throws {
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("echo") { (value: String) async throws in
        for _ in 0..<100 { await Task.yield() }
        return value
      }
      try session.publish("echo")
    }
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try raw.send(Self.call)
    raw.endSending()
    let reply = try #require(try await raw.receiveMessage())
    #expect(reply["params"]?.text == "hello")
    #expect(await raw.isClosedByPeer())
    await pair.shutdown()
  }
}
