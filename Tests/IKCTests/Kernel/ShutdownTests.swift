import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ShutdownTests {
  @Test(arguments: TestTransport.allCases)
  func deliversAllThatWasPosted(_ transport: TestTransport) async throws {
    let received = Collector<Int>()
    let pair = try await KernelPair(transport) { server in
      let session = server.session("test")
      session.on("take") { (text: String) in received.add(text.utf8.count) }
      try session.publish("take")
    }
    for _ in 0..<40 { try pair.client.post("poe://Server/test/take", String(repeating: "x", count: 50_000)) }
    await pair.client.shutdown()
    #expect(try await received.first(40).allSatisfy { $0 == 50_000 })
    await pair.server.shutdown()
  }

  @Test func letsHandlersAnswerThatAreUnderWay() async throws {
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let started = Collector<Int>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("work") { (number: Int) async throws in
        started.add(number)
        for await _ in gate {}
        return number + 1
      }
      try session.publish("work")
    }
    async let answer = pair.client.call("poe://Server/test/work", 1, as: Int.self)
    _ = try await started.first(1)
    async let ended: Void = pair.server.shutdown()
    open.finish()
    #expect(try await answer == 2)
    await ended
    await pair.client.shutdown()
  }

  @Test func abortsWhatHasNotEndedByTheDeadline() async throws {
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("never") { (_: Event) async throws in try await waitForCancellation() }
      try session.publish("never")
    }
    let answer = Task { try await pair.client.call("poe://Server/test/never", as: Value.self) }
    try await eventually { pair.server.channels.count == 1 }
    await pair.server.shutdown(deadline: .milliseconds(50))
    await #expect(throws: IKCError.self) { try await answer.value }
    await pair.client.shutdown()
  }

  @Test func everythingAfterItThrows() async throws {
    let pair = try await KernelPair()
    await pair.client.shutdown()
    await pair.client.shutdown()
    let post = try #require(throws: IKCError.self) { try pair.client.post("poe://Server/test/x") }
    #expect(post.code == .shutdown)
    let connect = try await #require(throws: IKCError.self) { try await pair.client.connect(to: pair.listener.address) }
    #expect(connect.code == .shutdown)
    let listen = try await #require(throws: IKCError.self) {
      try await pair.client.listen(on: .tcp("127.0.0.1", port: 0))
    }
    #expect(listen.code == .shutdown)
    await pair.server.shutdown()
  }

  @Test func aKernelThatIsLetGoEndsItsChannels() async throws {
    let server = Kernel(name: "Server")
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    do {
      let client = Kernel(name: "Brief")
      _ = try await client.connect(to: listener.address)
      try await eventually { server.channel(to: "Brief") != nil }
    }
    try await eventually { server.channel(to: "Brief") == nil }
    await server.shutdown()
  }

  @Test func aKernelWithoutChannelsEndsAtOnce() async {
    await Kernel(name: "Idle").shutdown()
  }
}
