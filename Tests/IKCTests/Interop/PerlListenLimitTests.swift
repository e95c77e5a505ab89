import IKC
import TestSupport
import Testing

/// A Swift listener's limits, with Perl clients.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PerlListenLimitTests {
  private static let peerings: [Peering] = {
    let scripts: [PerlPeer.Script] = Perl.hasLibrary ? [.client, .realClient] : [.client]
    let full = scripts.flatMap { script in
      [
        Peering(script: script, transport: .tcp, swift: .ikc0, perl: .ikc0),
        Peering(script: script, transport: .unix, swift: .ikc0, perl: .ikc),
      ]
    }
    return full + (Perl.hasLibrary ? [Peering(script: .realLite, transport: .tcp, swift: .ikc0, perl: .ikc0)] : [])
  }()

  /// A kernel whose state `demo/hold` answers when the test says so: `callers` has how, in order of arrival.
  private struct Server {
    private let folder: ScratchFolder
    let kernel: Kernel
    let listener: Listener
    let callers = Collector<AsyncStream<Never>.Continuation>()

    init(_ peering: Peering, concurrency: Int? = nil, connections: Int? = nil) async throws {
      folder = try ScratchFolder()
      kernel = peering.kernel(name: "SwiftServer")
      let demo = kernel.session("demo")
      demo.on("hold") { [callers] (number: Int) async -> Int in
        let (released, release) = AsyncStream<Never>.makeStream()
        callers.add(release)
        for await _ in released {}
        return number
      }
      try demo.publish("hold")
      listener = try await kernel.listen(
        on: Address(peering.place(in: folder)), concurrency: concurrency, connections: connections)
    }

    /// Starts a client that calls once, and ends after the answer.
    func client(_ peering: Peering, _ number: Int) throws -> PerlPeer {
      try PerlPeer(
        peering.script, listener.address.description, speaking: peering.perlWord, name: "PerlClient\(number)",
        steps: [["call", "demo/hold", JSON.number(Double(number))]])
    }
  }

  @Test(arguments: peerings)
  func `over the concurrency they wait unaccepted until one ends`(_ peering: Peering) async throws {
    let server = try await Server(peering, concurrency: 2)
    let clients = try (0..<4).map { try server.client(peering, $0) }
    for count in 2...4 {
      let callers = try await server.callers.first(count)
      // None came in their place before one had gone.
      #expect(server.callers.elements.count == count)
      #expect(server.kernel.channels.count == 2)
      callers[count - 2].finish()
    }
    try await server.callers.first(4)[3].finish()
    for (number, client) in clients.enumerated() {
      #expect(try await client.results(1) == [.value(JSON.number(Double(number)))])
      #expect(await client.process.outcome().status == 0)
    }
    await server.kernel.shutdown()
  }

  @Test(arguments: peerings)
  func `after so many the listener closes, and those that came go on`(_ peering: Peering) async throws {
    let server = try await Server(peering, connections: 2)
    let clients = try (0..<2).map { try server.client(peering, $0) }
    #expect(await server.listener.ended() == .exhausted)
    let late = try server.client(peering, 2)
    await #expect(throws: (any Error).self) { try await late.first(\.finished) }
    #expect(await late.process.outcome().status != 0)
    for caller in try await server.callers.first(2) { caller.finish() }
    for (number, client) in clients.enumerated() {
      #expect(try await client.results(1) == [.value(JSON.number(Double(number)))])
      #expect(await client.process.outcome().status == 0)
    }
    #expect(server.callers.elements.count == 2)
    await server.kernel.shutdown()
  }
}
