import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct PublishedTests {
  @Test func `lists what a Swift kernel publishes`() async throws {
    let server = try await DemoServer()
    let outcome = try await server.run("published")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.contains("demo/echo"))
    #expect(lines.contains("IKC/ping"))
    #expect(lines == lines.sorted())
    guard case .object(let sessions) = try Tool.json(await server.run("published", "--json")) else {
      Issue.record("no object")
      return
    }
    #expect(sessions["IKC"] == ["do_you_have", "ping", "published", "remote_error", "unsubscribe"])
  }

  @Test(arguments: Transport.allCases)
  func `tells of each specifier whether it is published`(_ transport: Transport) async throws {
    let server = try await DemoServer(over: transport)
    let all = try await server.run("published", "demo", "demo/echo", "poe://any/demo/add")
    #expect(all.status == 0, "\(all.errors)")
    #expect(all.text == "published demo\npublished demo/echo\npublished poe://any/demo/add\n")
    let some = try await server.run("published", "demo", "nosuch", "demo/nosuch")
    #expect(some.status == 1)
    #expect(some.text == "published demo\nrefused nosuch\nrefused demo/nosuch\n")
    let json = try await server.run("published", "--json", "demo", "nosuch")
    #expect(json.text == "{\"demo\":true,\"nosuch\":false}\n")
  }

  @Test func `wrong usage ends with status 2`() async throws {
    for argument in ["a/b/c/d", "/", "poe:", "poe://kernel"] {
      try await Tool.expectFailure(Tool.run(["published", "--connect", "tcp://127.0.0.1:1", argument]), 2)
    }
    try await Tool.expectFailure(Tool.run(["published"]), 2)
  }

  @Test(.enabled(if: Perl.hasLibrary), arguments: ["ikc", "ikc0"])
  func `asks a real Perl kernel, which offers no list`(_ negotiation: String) async throws {
    let server = try Perl.script(
      "real-server.pl", "tcp://127.0.0.1:0", "--name", "PerlServer", "--protocol", negotiation)
    let listening = try #require(await server.nextLine())
    let address = try #require(listening.firstMatch(of: #/"listening":"([^"]+)"/#).map { String($0.1) })
    let asked = try await Tool.run(["published", "--connect", address, "demo", "demo/echo", "demo/nosuch"])
    #expect(asked.text == "published demo\npublished demo/echo\nrefused demo/nosuch\n")
    #expect(asked.status == 1)
    try await Tool.expectFailure(Tool.run(["published", "--connect", address]), 1, naming: "name what to ask for")
    try server.closeInput()
    _ = await server.outcome()
  }
}
