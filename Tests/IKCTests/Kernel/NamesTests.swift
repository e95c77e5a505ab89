import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct NamesTests {
  @Test func comeAndGoWithTheirKernel() async throws {
    var settings = Configuration()
    settings.aliases = ["Second", "Third"]
    let pair = try await KernelPair(client: settings)
    #expect(Array(pair.channel.names.prefix(2)) == [pair.server.id, "Server"])
    let onServer = try #require(pair.server.channel(to: "Client"))
    #expect(Array(onServer.names.prefix(4)) == [pair.client.id, "Client", "Second", "Third"])
    for name in onServer.names { #expect(pair.server.channel(to: name) === onServer) }
    await pair.client.shutdown()
    try await eventually { pair.server.channel(to: "Client") == nil && pair.server.channel(to: "Third") == nil }
    #expect(pair.server.channels.isEmpty)
    await pair.server.shutdown()
  }

  @Test func heldByALiveKernelAreNotTakenOver() async throws {
    let pair = try await KernelPair()
    let second = Kernel(name: "Client")
    _ = try await second.connect(to: pair.listener.address)
    let first = try #require(pair.server.channel(to: "Client"))
    #expect(first.name == pair.client.id)
    #expect(try #require(pair.server.channel(to: second.id)).name == second.id)
    await second.shutdown()
    try await eventually { pair.server.channel(to: second.id) == nil }
    #expect(pair.server.channel(to: "Client") === first)
    #expect(try await pair.server.call("poe://Client/IKC/ping", as: String.self) == "PONG")
    await pair.shutdown()
  }

  @Test(arguments: [NegotiationProtocol.ikc0, .ikc]) func theSocketsPathIsNoNameOfAClient(
    _ negotiation: NegotiationProtocol
  ) async throws {
    var settings = Configuration()
    settings.negotiation = negotiation
    let pair = try await KernelPair(.unix, client: settings)
    let onServer = try #require(pair.server.channel(to: "Client"))
    let path = try #require(pair.channel.names.last)
    #expect(path.hasPrefix("unix:"))
    // All clients of the socket would go by it. Theirs goes on with the process and the descriptor.
    #expect(onServer.names.count == 3)
    #expect(onServer.names.last?.hasPrefix("\(path):") == true)
    await pair.shutdown()
  }

  @Test func aSecondHolderOfANameStillGetsItsAnswers() async throws {
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("echo") { (value: Int) in value }
      try session.publish("echo")
    }
    let second = Kernel(name: "Client")
    _ = try await second.connect(to: pair.listener.address)
    #expect(try await second.call("poe://Server/test/echo", 2, as: Int.self) == 2)
    await second.shutdown()
    await pair.shutdown()
  }

  @Test func theServersOwnCannotBeTaken() async throws {
    let pair = try await KernelPair()
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate(names: "raw-00000000-00000000-00000001,Server")
    try await eventually { pair.server.channel(to: "raw-00000000-00000000-00000001") != nil }
    #expect(pair.server.channel(to: "Server")?.names.first == pair.server.id)
    await pair.shutdown()
  }

  @Test(arguments: ["a/b", "*", "", "naïve"])
  func thatNoPeerCouldUseAreRefused(_ name: String) async throws {
    let kernel = Kernel(name: name)
    let error = try await #require(throws: IKCError.self) { try await kernel.listen(on: .tcp("127.0.0.1", port: 0)) }
    #expect(error.code == .invalidArgument)
    await kernel.shutdown()
  }
}
