import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PublishingTests {
  @Test func aStateWithoutHandlerIsRefusedAndNothingPublished() async throws {
    let kernel = Kernel(name: "K")
    let session = kernel.session("test")
    session.on("known") { (_: Event) in 1 }
    let error = try #require(throws: IKCError.self) { try session.publish("known", "unknown") }
    #expect(error.code == .invalidArgument)
    #expect(session.published == [])
    try session.publish("known")
    #expect(session.published == ["known"])
    await kernel.shutdown()
  }

  @Test func retractedStatesAreOutOfReachAndCanComeBack() async throws {
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("one") { (_: Event) in 1 }
      session.on("two") { (_: Event) in 2 }
      try session.publish("one", "two")
    }
    let client = pair.client
    #expect(try await client.call("poe://Server/test/one", as: Int.self) == 1)
    pair.server.session("test").retract("one")
    let gone = try await #require(throws: IKCError.self) {
      try await client.call("poe://Server/test/one", as: Int.self)
    }
    #expect(gone.message.hasPrefix("Session 'test' has not published state 'one'."))
    #expect(try await client.call("poe://Server/test/two", as: Int.self) == 2)
    pair.server.session("test").retract()
    let none = try await #require(throws: IKCError.self) {
      try await client.call("poe://Server/test/two", as: Int.self)
    }
    #expect(none.message.hasPrefix("Session 'test' is not available for remote kernels."))
    try pair.server.session("test").publish("one")
    #expect(try await client.call("poe://Server/test/one", as: Int.self) == 1)
    await pair.shutdown()
  }

  @Test func aNewHandlerReplacesTheOldAtOnce() async throws {
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("state") { (_: Event) in "old" }
      try session.publish("state")
    }
    #expect(try await pair.client.call("poe://Server/test/state", as: String.self) == "old")
    pair.server.session("test").on("state") { (_: Event) in "new" }
    #expect(try await pair.client.call("poe://Server/test/state", as: String.self) == "new")
    await pair.shutdown()
  }

  @Test func doYouHaveAnswersForSessionsAndStates() async throws {
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("state") { (_: Event) in 1 }
      try session.publish("state")
    }
    func ask(_ specifier: Value) async throws -> Value {
      try await pair.client.call("poe://Server/IKC/do_you_have", Value.array([specifier, "me"]), as: Value.self)
    }
    let answer = try await ask(["kernel": "", "session": "test", "state": "state"])
    #expect(answer[0]?["kernel"]?.text == pair.server.id)
    #expect(answer[0]?["session"]?.text == "test")
    #expect(answer[1]?.text == pair.server.id)
    #expect(try await ask("poe:/test")[1]?.text == pair.server.id)
    #expect(try await ask("poe:/test/other").text == "Refused subscription poe:/test/other")
    #expect(try await ask("poe://X/ghost").text == "Refused subscription poe://X/ghost")
    await #expect(throws: IKCError.self) { try await ask("///") }
    #expect(try await ask("poe:/test")[1]?.text == pair.server.id)
    await pair.shutdown()
  }
}
