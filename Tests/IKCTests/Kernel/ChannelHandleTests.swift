import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ChannelHandleTests {
  @Test(arguments: TestTransport.allCases)
  func `a channel tells the addresses of both ends, also when it has closed`(_ transport: TestTransport) async throws {
    let pair = try await KernelPair(transport)
    try await eventually { pair.server.channel(to: "Client") != nil }
    let accepted = try #require(pair.server.channel(to: "Client"))
    for _ in 0..<2 {
      #expect(pair.channel.peerAddress == pair.listener.address)
      #expect(accepted.ownAddress == pair.listener.address)
      #expect(accepted.peerAddress == pair.channel.ownAddress)
      // The connecting end of a unix socket has no name.
      #expect((pair.channel.ownAddress == nil) == (transport == .unix))
      await pair.client.shutdown()
    }
    await pair.server.shutdown()
  }

  @Test func `a listener on all addresses tells the one that was used`() async throws {
    let (server, client) = (Kernel(name: "Server"), Kernel(name: "Client"))
    let listener = try await server.listen(on: .tcp("0.0.0.0", port: 0))
    guard case .tcp(_, let port) = listener.address else { return #expect(Bool(false), "no TCP listener") }
    let channel = try await client.connect(to: .tcp("127.0.0.1", port: port))
    try await eventually { server.channel(to: "Client") != nil }
    #expect(server.channel(to: "Client")?.ownAddress == .tcp("127.0.0.1", port: port))
    #expect(channel.names.last == "127.0.0.1:\(port)")
    await client.shutdown()
    await server.shutdown()
  }

  @Test(arguments: [NegotiationProtocol.ikc, .ikc0])
  func `a channel tells who is there and how they talk`(_ negotiation: NegotiationProtocol) async throws {
    var settings = Configuration()
    settings.negotiation = negotiation
    let pair = try await KernelPair(client: settings)
    #expect(pair.channel.name == pair.server.id)
    #expect(pair.channel.names.starts(with: [pair.server.id, "Server"]))
    #expect(pair.channel.negotiationProtocol == negotiation)
    #expect(pair.channel.serializer == "Storable")
    #expect((pair.channel.processID != nil) == (negotiation == .ikc0))
    await pair.shutdown()
  }

  @Test func `counts frames and bytes each way, whichever thread writes`() async throws {
    let count = 200
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("echo") { (value: Int) in value }
      try session.publish("echo")
    }
    try await eventually { pair.server.channel(to: "Client") != nil }
    let accepted = try #require(pair.server.channel(to: "Client"))
    #expect(pair.channel.traffic.framesSent == 0 && pair.channel.traffic.bytesReceived == 0)
    let client = pair.client
    try await withThrowingTaskGroup { group in
      for number in 0..<count {
        group.addTask { () async throws -> Void in
          let answer = try await client.call("poe://Server/test/echo", number, as: Int.self)
          #expect(answer == number)
        }
      }
      try await group.waitForAll()
    }
    let (ours, theirs) = (pair.channel.traffic, accepted.traffic)
    #expect(ours.framesSent == count && ours.framesReceived == count)
    #expect(theirs.framesSent == count && theirs.framesReceived == count)
    #expect(ours.bytesSent == theirs.bytesReceived && ours.bytesReceived == theirs.bytesSent)
    #expect(ours.bytesSent > count * 50)
    #expect(ours.since <= .now && pair.channel.traffic.bytesSent == ours.bytesSent)
    await pair.shutdown()
  }

  @Test func `closing delivers what was posted, aborting ends at once; both only that channel`() async throws {
    let arrived = Collector<Int>()
    let server = Kernel(name: "Server")
    let session = server.session("test")
    session.on("number") { (number: Int) -> Void in arrived.add(number) }
    try session.publish("number")
    let gone = Collector<String>()
    server.monitor { change in
      if case .unregister = change.kind, !change.isReal, change.kernel.hasPrefix("C") { gone.add(change.kernel) }
    }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let clients = (0..<3).map { Kernel(name: "C\($0)") }
    var channels: [Channel] = []
    for client in clients { channels.append(try await client.connect(to: listener.address)) }
    for number in 0..<100 { try clients[0].post("poe://Server/test/number", number) }
    channels[0].close()
    #expect(try await gone.first(1) == ["C0"])
    #expect(arrived.elements == Array(0..<100))
    channels[1].abort()
    #expect(try await gone.first(2) == ["C0", "C1"])
    #expect(try await clients[2].ping("Server") > .zero)
    #expect(server.channels.count == 1)
    for client in clients { await client.shutdown() }
    await server.shutdown()
  }

  @Test func `a kernel lists who is registered, with the names that each holds`() async throws {
    let pair = try await KernelPair()
    let second = Kernel(name: "Client")
    _ = try await second.connect(to: pair.listener.address)
    let server = pair.server
    try await eventually { server.registeredKernels.count == 2 }
    let kernels = server.registeredKernels
    #expect(kernels.map(\.name) == [pair.client.id, second.id].sorted())
    let first = try #require(kernels.first { $0.name == pair.client.id })
    #expect(first.aliases.first == "Client" && first.channel.name == pair.client.id)
    #expect(kernels.first { $0.name == second.id }?.aliases.contains("Client") == false)
    await second.shutdown()
    await pair.shutdown()
  }
}
