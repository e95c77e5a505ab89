import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct CallTests {
  @Test(arguments: Transport.allCases, ["ikc", "ikc0"])
  func `every state of the demo answers`(_ transport: Transport, _ negotiation: String) async throws {
    let server = try await DemoServer(over: transport, ["--demo", "--name", "Server", "--protocol", negotiation])
    func call(_ state: String, _ parameters: String...) async throws -> JSON {
      try Tool.json(
        await Tool.run(
          ["call", "--connect", server.address, "--protocol", negotiation, "--name", "Caller", "demo/\(state)"]
            + parameters))
    }
    #expect(
      try await call("echo", #"{"text": "x\u00e9\u20ac", "list": [1, "-2.5", null, []]}"#)
        == ["text": "xé€", "list": [1, "-2.5", nil, []]])
    #expect(try await call("echo", "-5") == -5)
    #expect(try await call("echo") == nil)
    #expect(try await call("add", "[1, 2, \"3\"]") == 6)
    // As in Perl, Storable has fractions as text.
    #expect(try await call("add", "[1, 2.5]") == "3.5")
    #expect(try await call("sleep", "20") == 20)
    #expect(try await call("undef") == nil)
    #expect(try await call("list") == [1, 2, 3])
    #expect(try await call("whoami") == "Caller")
    #expect(try await call("big", "300000") == .string(String(repeating: "x", count: 300_000)))
    #expect(try await call("counted") == 0)
  }

  @Test(arguments: [("JSON", "3.5"), ("YAML", "\"3.5\"")])
  func `other serializers are agreed on`(_ serializer: String, _ sum: String) async throws {
    let server = try await DemoServer(over: .tcp, ["--demo"])
    let answer = try await Tool.run(
      ["call", "--connect", server.address, "--serializer", serializer, "demo/add", "[1, 2.5]"])
    #expect(answer.text == sum + "\n")
    let post = try await Tool.run(
      ["post", "--connect", server.address, "--serializer", serializer, "demo/count", #"{"a": "é"}"#])
    #expect(post.status == 0, "\(post.errors)")
    #expect(try await server.call("--serializer", serializer, "demo/counted") == (serializer == "JSON" ? 1 : "1"))
    let picky = try await DemoServer(over: .tcp, ["--demo", "--serializer", serializer])
    #expect(try await picky.call("--serializer", serializer, "demo/echo", #""x""#) == "x")
  }

  @Test(arguments: [("ikc", "ikc0"), ("ikc0", "ikc")])
  func `kernels of different protocols come to terms`(_ server: String, _ client: String) async throws {
    let server = try await DemoServer(over: .tcp, ["--demo", "--protocol", server])
    #expect(try await server.call("--protocol", client, "demo/add", "[1,2]") == 3)
  }

  @Test func `a specifier may name the kernel`() async throws {
    let server = try await DemoServer(over: .tcp, ["--demo", "--name", "Server", "--alias", "Other"])
    for kernel in ["Server", "Other"] {
      #expect(try await server.call("poe://\(kernel)/demo/add", "[1,2]") == 3)
    }
    try await Tool.expectFailure(server.run("call", "poe://Nobody/demo/add", "[]"), 3, naming: "Nobody")
  }

  @Test func `in list context the answer is the list of values`() async throws {
    let server = try await DemoServer()
    #expect(try await server.call("--list", "demo/list") == [1, 2, 3])
    #expect(try await server.call("--list", "demo/echo", "7") == [7])
  }

  @Test func `an integer sum stays exact`() async throws {
    let server = try await DemoServer()
    let outcome = try await server.run("call", "demo/add", "[9007199254740993, 2]")
    #expect(outcome.text == "\"9007199254740995\"\n")
  }

  @Test(arguments: [
    (["demo/fail"], "demo failure"),
    (["demo/nosuch"], "nosuch"),
    (["nosuch/echo"], "nosuch"),
    (["demo/add", "\"text\""], "demo/add"),
    (["demo/big", "-1"], "big takes"),
  ])
  func `an error of the peer ends with status 1`(_ arguments: [String], _ text: String) async throws {
    let server = try await DemoServer()
    let outcome = try await Tool.run(["call", "--connect", server.address] + arguments)
    Tool.expectFailure(outcome, 1, naming: text)
  }

  @Test(arguments: ["call", "post"])
  func `parameters that are no JSON end with status 5`(_ command: String) async throws {
    let outcome = try await Tool.run([command, "--connect", "tcp://127.0.0.1:1", "demo/echo", "{oops"])
    Tool.expectFailure(outcome, 5, naming: "JSON")
  }

  @Test func `an answer that takes too long ends with status 4`() async throws {
    let server = try await DemoServer()
    let outcome = try await server.run("call", "--timeout", "0.2", "demo/sleep", "60000")
    Tool.expectFailure(outcome, 4)
  }
}
