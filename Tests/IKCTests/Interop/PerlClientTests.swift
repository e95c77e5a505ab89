import IKC
import TestSupport
import Testing

/// A Swift server and Perl clients.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PerlClientTests {
  private static let data: JSON = ["text": "x\u{e9}\u{20ac}", "list": [1, "2.5", nil, []], "empty": [:]]

  /// What a full client does, with what it has to see.
  private static let steps: [(step: JSON, result: PerlPeer.StepResult)] = [
    (["call", "demo/echo", data], .value(data)),
    (["call", "demo/add", [1, 2, 3]], .value(6)),
    (["call", "demo/undef"], .value(nil)),
    (["call", "demo/counted"], .value(0)),
    (["post", "demo/count", ["x"]], .value(1)),
    (["call", "demo/counted"], .value(1)),
    (["call", "IKC/ping", "PING"], .value("PONG")),
    (["post", "demo/notify", ["tick", 2]], .value(1)),
    (["wait", "tick"], .value(1)),
    (["wait", "tick"], .value(2)),
  ]

  private func check(_ peering: Peering, more: [(step: JSON, result: PerlPeer.StepResult)] = []) async throws {
    let server = try await InteropServer(peering)
    let errors: [JSON] = [
      ["call", "demo/nosuch"], ["call", "nosuch/state"], ["call", "demo/fail"], ["call", "demo/add", "x"],
    ]
    let steps = Self.steps + more
    let client = try PerlPeer(
      peering.script, server.address, speaking: peering.perlWord, name: "PerlClient", steps: steps.map(\.step) + errors)

    let names = try await client.first(\.connected)
    #expect(names.contains(server.kernel.id))
    let results = try await client.results(steps.count + errors.count)
    #expect(Array(results.prefix(steps.count)) == steps.map(\.result))

    let texts = results.suffix(errors.count).map { $0.error ?? "no error" }
    #expect(texts[0].hasPrefix("Session 'demo' has not published state 'nosuch'."))
    #expect(texts[1].hasPrefix("Session 'nosuch' is not available for remote kernels."))
    #expect(texts[2].contains("demo failure"))
    #expect(texts[3].contains("demo/add"))
    #expect(try await client.first(\.finished) == 1)
    #expect(await client.process.outcome().status == 0)
    await server.kernel.shutdown()
  }

  @Test(arguments: Peering.all(.client))
  func `serves a Perl client of our own`(_ peering: Peering) async throws {
    try await check(
      peering,
      more: [
        (["list", "demo/list"], .value([1, 2, 3])),
        (["list", "demo/echo", 5], .value([5])),
        (["respond", "demo/reply_to", [5, "x"]], .value([5, "x"])),
      ])
  }

  @Test(.enabled(if: Perl.hasLibrary), arguments: Peering.all(.realClient))
  func `serves a full client of the real library`(_ peering: Peering) async throws {
    try await check(peering)
  }

  @Test(.enabled(if: Perl.hasLibrary), arguments: Peering.all(.realLite, over: [.tcp]))
  func `serves the real ClientLite`(_ peering: Peering) async throws {
    let server = try await InteropServer(peering)
    let steps: [(step: JSON, result: PerlPeer.StepResult)] = [
      (["call", "demo/echo", Self.data], .value(Self.data)),
      (["call", "demo/add", [1, 2, 3]], .value(6)),
      (["list", "demo/list"], .value([1, 2, 3])),
      (["post", "demo/count"], .value(1)),
      (["call", "demo/counted"], .value(1)),
      (["respond", "demo/reply_to", ["x"]], .value(["x"])),
      // ClientLite loses the second of two messages that arrive in one packet, so there is one only.
      (["post", "demo/notify", ["tick", 1]], .value(1)),
      (["wait", "tick"], .value([1])),
    ]
    let client = try PerlPeer(
      peering.script, server.address, speaking: peering.perlWord, name: "PerlLite",
      steps: steps.map(\.step) + [["call", "demo/nosuch"]])
    let results = try await client.results(steps.count + 1)
    #expect(Array(results.prefix(steps.count)) == steps.map(\.result))
    // ClientLite prints the array that carries the error's text.
    #expect(results.last?.error?.hasPrefix("ARRAY(0x") == true)
    #expect(try await client.first(\.finished) == 1)
    await server.kernel.shutdown()
  }

  @Test(arguments: Peering.all(.client) + (Perl.hasLibrary ? Peering.all(.realClient) : []))
  func `calls and posts to a client that connected`(_ peering: Peering) async throws {
    let server = try await InteropServer(peering)
    let client = try PerlPeer(
      peering.script, server.address, speaking: peering.perlWord, name: "PerlClient",
      steps: [["call", "demo/add", [1]], ["wait", "tick"], ["wait", "note"]])
    _ = try await client.results(1)

    #expect(server.kernel.channel(to: "PerlClient") != nil)
    #expect(
      try await server.kernel.call("poe://PerlClient/client/echo", ["a": [1, 2]], as: [String: [Int]].self) == [
        "a": [1, 2]
      ])
    try server.kernel.post("poe://PerlClient/client/tick", 7)
    try server.kernel.post("poe://PerlClient/client/note", "bye")
    #expect(try await client.first(\.value) == 7)
    #expect(try await client.first(\.value) == "bye")
    #expect(try await client.first(\.finished) == 1)
    await server.kernel.shutdown()
  }
}
