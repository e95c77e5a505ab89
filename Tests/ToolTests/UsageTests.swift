import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct UsageTests {
  @Test(arguments: [
    [],
    ["bogus"],
    ["--bogus"],
    ["call"],
    ["call", "--connect", "tcp://127.0.0.1:1"],
    ["call", "--connect", "127.0.0.1:1", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:99999", "demo/echo"],
    ["call", "--connect", "unix:", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "demo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "a/b/c/d/e"],
    ["call", "--connect", "tcp://127.0.0.1:1", "poe://kernel/session"],
    ["call", "--connect", "tcp://127.0.0.1:1", "demo/echo", "1", "2"],
    ["call", "--connect", "tcp://127.0.0.1:1", "--timeout", "0", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "--timeout", "-1", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "--timeout", "nan", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "--timeout", "soon", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "--protocol", "ikc9", "demo/echo"],
    ["call", "--connect", "tcp://127.0.0.1:1", "--serializer", "Nonsense", "demo/echo"],
    ["post", "--connect", "tcp://127.0.0.1:1", "--list", "demo/echo"],
    ["ping", "--connect", "tcp://127.0.0.1:1", "demo/echo"],
    ["serve", "--listen", "nowhere"],
    ["serve", "--demo", "extra"],
    ["encode", "--serializer", "Nonsense"],
    ["decode", "file"],
  ])
  func `wrong usage ends with status 2`(_ arguments: [String]) async throws {
    try await Tool.expectFailure(Tool.run(arguments), 2)
  }

  @Test(arguments: [["--help"], ["call", "--help"], ["help", "serve"]])
  func `help goes to stdout with status 0`(_ arguments: [String]) async throws {
    let outcome = try await Tool.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("USAGE: ikc"))
    #expect(outcome.errors.isEmpty)
  }
}
