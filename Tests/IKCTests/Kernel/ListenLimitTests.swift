import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ListenLimitTests {
  private static func kernel(loops: Int = 1) -> Kernel {
    var settings = Configuration()
    settings.loops = loops
    return Kernel(name: "Server", configuration: settings)
  }

  @Test(arguments: TestTransport.allCases, [1, 2])
  func `connections over the concurrency wait unaccepted until one ends`(
    _ transport: TestTransport, _ loops: Int
  ) async throws {
    let folder = try ScratchFolder()
    let server = Self.kernel(loops: loops)
    let names = Collector<String>()
    server.monitor { change in
      if case .register = change.kind, change.isReal { names.add(change.kernel) }
    }
    let listener = try await server.listen(on: transport.address(in: folder), concurrency: 2)
    let clients = (0..<5).map { Kernel(name: "Client\($0)") }
    let tasks = clients.map { client in Task { try await client.connect(to: listener.address) } }
    for count in 2...5 {
      let here = try await names.first(count)
      // None came in their place before one had gone.
      #expect(names.elements.count == count)
      #expect(server.channels.count == 2)
      server.channel(to: here[count - 2])?.close()
    }
    for task in tasks { _ = try await task.value }
    for client in clients { await client.shutdown() }
    await server.shutdown()
  }

  @Test(arguments: TestTransport.allCases, [1, 2])
  func `a listener closes after so many connections and says so; they go on`(
    _ transport: TestTransport, _ loops: Int
  ) async throws {
    let folder = try ScratchFolder()
    let server = Self.kernel(loops: loops)
    let listener = try await server.listen(on: transport.address(in: folder), connections: 3)
    let clients = (0..<4).map { Kernel(name: "Client\($0)") }
    for client in clients.prefix(3) { _ = try await client.connect(to: listener.address) }
    #expect(await listener.ended() == .exhausted)
    await #expect(throws: IKCError.self) { try await clients[3].connect(to: listener.address) }
    for client in clients.prefix(3) { #expect(try await client.ping("Server") > .zero) }
    #expect(await listener.ended() == .exhausted)
    for client in clients { await client.shutdown() }
    await server.shutdown()
  }

  @Test func `a listener that is closed says so too, as does one whose kernel shuts down`() async throws {
    let server = Self.kernel()
    let endings = Collector<Listener.Ending>()
    for _ in 0..<2 {
      let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0), connections: 1)
      listener.onEnd { endings.add($0) }
      if endings.elements.isEmpty { await listener.close() }
    }
    await server.shutdown()
    #expect(try await endings.first(2) == [.closed, .closed])
  }

  @Test func `the configuration has limits for every listener; what listen says comes first`() async throws {
    var settings = Configuration()
    settings.connections = 1
    let server = Kernel(name: "Server", configuration: settings)
    let client = Kernel(name: "Client")
    let two = try await server.listen(on: .tcp("127.0.0.1", port: 0), connections: 2)
    let one = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    for listener in [two, one, two] { _ = try await client.connect(to: listener.address) }
    #expect(await one.ended() == .exhausted)
    #expect(await two.ended() == .exhausted)
    await client.shutdown()
    await server.shutdown()
  }

  @Test(arguments: [(0, 1), (1, 0), (-1, 1)])
  func `limits below one are refused`(_ concurrency: Int, _ connections: Int) async throws {
    let server = Self.kernel()
    let error = try await #require(throws: IKCError.self) {
      try await server.listen(on: .tcp("127.0.0.1", port: 0), concurrency: concurrency, connections: connections)
    }
    #expect(error.code == .invalidArgument)
    await server.shutdown()
  }
}
