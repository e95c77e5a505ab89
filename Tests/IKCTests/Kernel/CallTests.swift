import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct CallTests {
  private struct Point: Codable, Equatable, Sendable {
    var x: Double
    var y: Double
    var label: String?
  }

  private static func prepare(_ server: Kernel) throws {
    let session = server.session("test")
    session.on("echo") { (value: Value) in value }
    session.on("sum") { (numbers: [Int]) in numbers.reduce(0, +) }
    session.on("mirror") { (point: Point) in Point(x: point.y, y: point.x, label: point.label) }
    session.on("slowly") { (value: Int) async throws in
      await Task.yield()
      return value * 2
    }
    session.on("nothing") { (_: Event) in }
    session.on("undef") { (_: Event) -> Int? in nil }
    session.on("list") { (_: Event) in [1, 2, 3] }
    session.on("context") { (event: Event) in event.wantsList ? "list" : "scalar" }
    session.on("fail") { (_: Event) throws -> Int in throw IKCError(.handlerFailed, "demo failure") }
    session.on("failSlowly") { (_: Event) async throws -> Int in throw IKCError(.handlerFailed, "slow failure") }
    session.on("never") { (_: Event) async throws in try await waitForCancellation() }
    session.on("whoami") { (event: Event) in event.caller }
    try session.publish(
      "echo", "sum", "mirror", "slowly", "nothing", "undef", "list", "context", "fail", "failSlowly", "never", "whoami")
  }

  @Test(arguments: TestTransport.allCases, [NegotiationProtocol.ikc, .ikc0])
  func returnsTheResult(_ transport: TestTransport, _ negotiation: NegotiationProtocol) async throws {
    var settings = Configuration()
    settings.negotiation = negotiation
    let pair = try await KernelPair(transport, client: settings, prepare: Self.prepare)
    let client = pair.client
    #expect(pair.channel.negotiationProtocol == negotiation)
    #expect(try await client.call("poe://Server/test/sum", [1, 2, 39], as: Int.self) == 42)
    let point = Point(x: 1.5, y: -2, label: "é")
    #expect(
      try await client.call("poe://Server/test/mirror", point, as: Point.self) == Point(x: -2, y: 1.5, label: "é"))
    #expect(try await client.call("poe://Server/test/slowly", 21, as: Int.self) == 42)
    #expect(try await client.call("poe://Server/test/nothing", as: Value.self) == .undef)
    #expect(try await client.call("poe://Server/test/undef", as: Int?.self) == nil)
    #expect(try await client.call("poe://Server/test/whoami", as: String.self) == "Client")
    await pair.shutdown()
  }

  @Test func listContextReachesTheHandlerAndSpreadsArrays() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let client = pair.client
    #expect(try await client.call("poe://Server/test/context", as: String.self) == "scalar")
    #expect(
      try await client.call("poe://Server/test/context", Value.undef, as: [String].self, wantArray: true) == ["list"])
    #expect(try await client.call("poe://Server/test/list", Value.undef, as: [Int].self, wantArray: true) == [1, 2, 3])
    #expect(try await client.call("poe://Server/test/nothing", Value.undef, as: [Int].self, wantArray: true) == [])
    await pair.shutdown()
  }

  @Test(arguments: [
    ("poe://Server/test/fail", "demo failure.  Request poe://Server/test/fail"),
    ("poe://Server/test/failSlowly", "slow failure.  Request poe://Server/test/failSlowly"),
    (
      "poe://Server/test/missing",
      "Session 'test' has not published state 'missing'.  Request poe://Server/test/missing"
    ),
    (
      "poe://Server/nowhere/x",
      "Session 'nowhere' is not available for remote kernels.  Request poe://Server/nowhere/x"
    ),
  ])
  func failsWithThePeersText(_ text: String, _ message: String) async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let error = try await #require(throws: IKCError.self) {
      try await pair.client.call(try Specifier(text), 1, as: Int.self)
    }
    #expect(error.code == .remote)
    #expect(error.message == message)
    #expect(error.specifier == text)
    // The channel goes on.
    #expect(try await pair.client.call("poe://Server/test/sum", [1, 1], as: Int.self) == 2)
    await pair.shutdown()
  }

  @Test func ofParametersThatDoNotFitFailsWithTheKeyPath() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let error = try await #require(throws: IKCError.self) {
      try await pair.client.call("poe://Server/test/mirror", ["x": "abc", "y": "1"], as: Point.self)
    }
    #expect(error.code == .remote)
    #expect(error.message.contains("params.x"))
    await pair.shutdown()
  }

  @Test func timesOutAlone() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let other = Task { try await pair.client.call("poe://Server/test/never", as: Value.self, timeout: .seconds(3_000)) }
    let error = try await #require(throws: IKCError.self) {
      try await pair.client.call("poe://Server/test/never", as: Value.self, timeout: .milliseconds(20))
    }
    #expect(error.code == .timedOut)
    #expect(try await pair.client.call("poe://Server/test/sum", [2, 2], as: Int.self) == 4)
    pair.channel.abort()
    await #expect(throws: IKCError.self) { try await other.value }
    await pair.client.shutdown()
    await pair.server.shutdown(deadline: .milliseconds(50))
  }

  @Test func ofACancelledTaskEndsAlone() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let task = Task { try await pair.client.call("poe://Server/test/never", as: Value.self) }
    let answered = try await pair.client.call("poe://Server/test/sum", [3, 3], as: Int.self)
    #expect(answered == 6)
    task.cancel()
    let error = try await #require(throws: IKCError.self) { try await task.value }
    #expect(error.code == .cancelled)
    #expect(try await pair.client.call("poe://Server/test/sum", [4, 4], as: Int.self) == 8)
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await pair.client.call("poe://Server/test/never", as: Value.self)
    }
    await #expect(throws: IKCError.self) { try await early.value }
    pair.channel.abort()
    await pair.client.shutdown()
    await pair.server.shutdown(deadline: .milliseconds(50))
  }

  @Test(arguments: SerializerUnderTest.all) func textsOfAnyLengthComeBack(_ serializer: SerializerUnderTest)
    async throws
  {
    let pair = try await KernelPair(server: serializer.configuration, client: serializer.configuration) { server in
      let session = server.session("test")
      session.on("echo") { (text: String) in text }
      try session.publish("echo")
    }
    for count in [0, 1, 15, 16, 95, 96, 97, 255, 256, 70_000] {
      for character in serializer.sendable(["x", "é", "\u{1F600}"]) {
        let text = String(repeating: character, count: count)
        #expect(
          try await pair.client.call("poe://Server/test/echo", text, as: String.self) == text, "\(count) \(character)")
      }
    }
    await pair.shutdown()
  }

  @Test func pendingWhenTheChannelEndsFailsWithTheReason() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let errors = Collector<IKCError>()
    for _ in 0..<100 {
      pair.client.call("poe://Server/test/never", 1) { result in
        if case .failure(let error) = result { errors.add(error) }
      }
    }
    #expect(try await pair.client.call("poe://Server/test/sum", [1], as: Int.self) == 1)
    for channel in pair.server.channels { channel.abort() }
    let ended = try await errors.first(100)
    #expect(ended.allSatisfy { $0.code == .channelClosed && $0.specifier == "poe://Server/test/never" })
    await pair.client.shutdown()
    await pair.server.shutdown(deadline: .milliseconds(50))
  }

  @Test(arguments: TestTransport.allCases)
  func manyAtATimeGetTheirOwnAnswers(_ transport: TestTransport) async throws {
    let pair = try await KernelPair(transport, prepare: Self.prepare)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<2_000 {
        group.addTask {
          let state = number % 2 == 0 ? "slowly" : "echo"
          let answer = try await pair.client.call(
            Specifier(kernel: "Server", session: "test", state: state), number, as: Int.self)
          return answer == (number % 2 == 0 ? number * 2 : number)
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
    await pair.shutdown()
  }

  @Test func inCallbackFormDecodesWhenAsked() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let sums = Collector<Int>()
    for number in 0..<1_000 {
      pair.client.call("poe://Server/test/sum", [number, 1]) { result in
        sums.add((try? result.get().decode(Int.self)) ?? -1)
      }
    }
    #expect(try await sums.first(1_000) == Array(1...1_000))
    let errors = Collector<IKCError.Code>()
    pair.client.call("poe://Nobody/test/sum", 1) { result in
      if case .failure(let error) = result { errors.add(error.code) }
    }
    #expect(try await errors.first(1) == [.unknownKernel])
    await pair.shutdown()
  }

  @Test func toAllTakesTheFirstAnswer() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    #expect(try await pair.client.call("poe://*/IKC/ping", as: String.self) == "PONG")
    await pair.shutdown()
  }

  @Test func toAllFailsOnlyWhenEveryKernelRefuses() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    // This kernel refuses, the other one answers.
    #expect(try await pair.client.call("poe://*/test/sum", [1, 2], as: Int.self) == 3)
    let error = try await #require(throws: IKCError.self) {
      try await pair.client.call("poe://*/test/missing", 1, as: Int.self)
    }
    #expect(error.code == .remote)
    await pair.shutdown()
  }

  @Test func withAnRsvpPostsTheResultOnceToAnUnpublishedState() async throws {
    let results = Collector<Int>()
    let pair = try await KernelPair(prepare: Self.prepare)
    let session = pair.client.session("asker")
    session.on("result") { (sum: Int) in results.add(sum) }
    try session.call("poe://Server/test/sum", [20, 22], replyTo: "result")
    #expect(try await results.first(1) == [42])
    let error = try #require(throws: IKCError.self) {
      try session.call("poe://Server/test/sum", [1], replyTo: "unknown")
    }
    #expect(error.code == .invalidArgument)

    // Nobody else may use it, nor anybody twice.
    let refusals = Collector<IKCError>()
    pair.server.onError { refusals.add($0) }
    try pair.server.post("poe://Client/asker/result", 7)
    #expect(try await refusals.first(1).first?.code == .remote)
    #expect(results.elements == [42])
    await pair.shutdown()
  }

  @Test func pingTellsHowLongItTook() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    #expect(try await pair.client.ping("Server") > .zero)
    await pair.shutdown()
  }

  @Test func withATimeoutOfNothingFailsAtOnce() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let error = try await #require(throws: IKCError.self) {
      try await pair.client.call("poe://Server/test/sum", [1], as: Int.self, timeout: .zero)
    }
    #expect(error.code == .invalidArgument)
    await pair.shutdown()
  }
}
