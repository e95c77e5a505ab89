import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct SubscribeTests {
  @Test func `prints what is accepted and what is refused`() async throws {
    let server = try await DemoServer(over: .tcp, ["--demo", "--name", "Server"])
    let accepted = try await server.run("subscribe", "demo", "demo/echo", "poe://*/demo", "poe://Server/demo")
    #expect(accepted.status == 0)
    #expect(
      accepted.text == "accepted demo\naccepted demo/echo\naccepted poe://*/demo\naccepted poe://Server/demo\n")
    let refused = try await server.run("subscribe", "demo", "nosuch")
    #expect(refused.status == 1)
    #expect(refused.text.hasPrefix("accepted demo\nrefused nosuch: Refused subscription poe://"))
  }

  @Test func `posts through the proxy, and prints what comes back`() async throws {
    let server = try await DemoServer()
    let process = try ChildProcess(
      Tool.path,
      [
        "subscribe", "--connect", server.address, "demo", "--post", "notify", "--argument", #"["tick", 2]"#,
        "--receive",
        "tick",
      ])
    #expect(await process.nextLine() == "accepted demo")
    #expect(await process.nextLine() == "tick [1]")
    #expect(await process.nextLine() == "tick [2]")
    server.process.kill()
    #expect(await process.outcome().status == 0)
  }

  @Test(arguments: [
    ["demo", "--argument", "1"], [], ["poe://a"], ["demo", "--post", "echo", "--receive", "a/b"],
  ])
  func `wrong usage ends with status 2`(_ arguments: [String]) async throws {
    try await Tool.expectFailure(Tool.run(["subscribe", "--connect", "tcp://127.0.0.1:1"] + arguments), 2)
  }
}
