import IKC
import TestSupport
import Testing

/// A Swift client and Perl servers.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PerlServerTests {
  /// A Perl server and a Swift kernel that is connected to it.
  private final class Pair {
    private let folder: ScratchFolder
    let server: PerlPeer
    let kernel: Kernel
    let channel: Channel
    /// What comes for the kernel's client/tick.
    let ticks: AsyncStream<Int>

    init(_ peering: Peering, steps: [JSON] = []) async throws {
      folder = try ScratchFolder()
      server = try PerlPeer(
        peering.script, peering.place(in: folder), speaking: peering.perlWord, name: "PerlServer", steps: steps)
      let address = try await server.first(\.listening)
      kernel = peering.kernel(name: "SwiftClient")
      let (ticks, arrivals) = AsyncStream.makeStream(of: Int.self)
      self.ticks = ticks
      let session = kernel.session("client")
      session.on("tick") { (number: Int) -> Void in arrivals.yield(number) }
      session.on("echo") { (value: Value) in value }
      session.on("fail") { (_: Event) throws -> Int in throw IKCError(.handlerFailed, "demo failure") }
      try session.publish("tick", "echo", "fail")
      channel = try await kernel.connect(to: Address(address))
    }

    func nextTick() async -> Int? {
      for await tick in ticks { return tick }
      return nil
    }
  }

  private struct Data: Codable, Equatable {
    var text = "x\u{e9}\u{20ac}"
    var list = [1, 2.5]
    var nothing: Int?
  }

  private static let servers = Peering.all(.server) + (Perl.hasLibrary ? Peering.all(.realServer) : [])

  @Test(arguments: servers)
  func `calls a Perl server`(_ peering: Peering) async throws {
    let pair = try await Pair(peering)
    #expect(pair.channel.names.contains("PerlServer"))
    #expect(try await pair.kernel.call("poe://PerlServer/demo/echo", Data(), as: Data.self) == Data())
    #expect(try await pair.kernel.call("poe://PerlServer/demo/add", [1, 2, 3], as: Int.self) == 6)
    let text = try await pair.kernel.call("poe://PerlServer/demo/big", 200_000, as: String.self)
    #expect(text == String(repeating: "x", count: 200_000))
    #expect(try await pair.kernel.call("poe://PerlServer/demo/list", as: [Int].self, wantArray: true) == [1, 2, 3])
    _ = try await pair.kernel.ping("PerlServer")
    await pair.kernel.shutdown()
    #expect(try await pair.server.first(\.ended) == "closed")
  }

  @Test(arguments: servers)
  func `posts to a Perl server, which posts back`(_ peering: Peering) async throws {
    let pair = try await Pair(peering)
    for _ in 1...3 { try pair.kernel.post("poe://PerlServer/demo/count", "x") }
    #expect(try await pair.kernel.call("poe://PerlServer/demo/counted", as: Int.self) == 3)

    try pair.kernel.session("client").post("poe://PerlServer/demo/notify", [Value.string("tick"), 3])
    for number in 1...3 { #expect(await pair.nextTick() == number) }

    try pair.kernel.post(
      "poe://PerlServer/demo/reply_to",
      [Value.int(42), ["kernel": "SwiftClient", "session": "client", "state": "tick"]])
    #expect(await pair.nextTick() == 42)
    await pair.kernel.shutdown()
  }

  @Test(arguments: servers)
  func `hears of errors from a Perl server`(_ peering: Peering) async throws {
    let pair = try await Pair(peering)
    for (specifier, text) in [
      ("poe://PerlServer/demo/nosuch", "Session 'demo' has not published state 'nosuch'."),
      ("poe://PerlServer/nosuch/state", "Session 'nosuch' is not available for remote kernels."),
    ] {
      let error = await #expect(throws: IKCError.self) {
        try await pair.kernel.call(Specifier(specifier), 1, as: Value.self, timeout: .seconds(30))
      }
      #expect(error?.code == .remote)
      #expect(error?.message.hasPrefix(text) == true)
    }
    // A Perl handler that returns undef is not answered.
    let error = await #expect(throws: IKCError.self) {
      try await pair.kernel.call("poe://PerlServer/demo/undef", 1, as: Value.self, timeout: .milliseconds(100))
    }
    #expect(error?.code == .timedOut)
    #expect(try await pair.kernel.call("poe://PerlServer/demo/add", [1], as: Int.self) == 1)
    await pair.kernel.shutdown()
  }

  @Test(arguments: servers)
  func `is called by a Perl server`(_ peering: Peering) async throws {
    let pair = try await Pair(
      peering,
      steps: [
        ["call", "client/echo", ["a": [1, "x"]]],
        ["post", "client/tick", 5],
        ["call", "client/nosuch", 1],
        ["call", "client/fail", 1],
        ["call", "IKC/ping"],
      ])
    let results = try await pair.server.results(5)
    #expect(results[0] == .value(["a": [1, "x"]]))
    #expect(await pair.nextTick() == 5)
    #expect(results[2].error?.hasPrefix("Session 'client' has not published state 'nosuch'.") == true)
    #expect(results[3].error?.contains("demo failure") == true)
    #expect(results[4] == .value("PONG"))
    await pair.kernel.shutdown()
  }
}
