import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct MonitorTests {
  private static let comings =
    ["register ID real", "register Client", "register Second", "register ADDR"]
    + ["channel ready ID real", "channel ready Client", "channel ready Second", "channel ready ADDR"]
  private static let goings =
    ["channel close ID real", "channel close Client", "channel close Second", "channel close ADDR"]
    + ["unregister ID real", "unregister Client", "unregister Second", "unregister ADDR"]

  private static func client() -> Kernel {
    var settings = Configuration()
    settings.aliases = ["Second"]
    return Kernel(name: "Client", configuration: settings)
  }

  @Test(arguments: TestTransport.allCases)
  func `is told of a kernel's real name first, then of its aliases`(_ transport: TestTransport) async throws {
    let folder = try ScratchFolder()
    let server = Kernel(name: "Server")
    let client = Self.client()
    let watch = Watch()
    server.monitor("*") { watch.add($0) }
    let listener = try await server.listen(on: transport.address(in: folder))
    _ = try await client.connect(to: listener.address)
    _ = try await watch.first(1)
    // Over a unix socket the client announces a name for its end, and the server knows it by the path as well.
    let names = try #require(watch.all[0].channel?.names)
    #expect(names.starts(with: [client.id, "Client", "Second"]))
    let expected = ["register", "channel ready", "channel close", "unregister"].flatMap { kind in
      names.map { "\(kind) \($0)" + ($0 == client.id ? " real" : "") }
    }
    let half = expected.count / 2
    #expect(try await watch.first(half) == Array(expected.prefix(half)))
    await client.shutdown()
    #expect(try await watch.first(2 * half) == expected)
    for change in watch.all {
      #expect(change.monitored == "*")
      #expect(change.channel?.name == client.id)
      #expect(change.channel?.names.contains(change.kernel) == true)
      if case .unregister(let reason) = change.kind { #expect(reason == nil) }
    }
    await server.shutdown()
    #expect(watch.texts.suffix(1) == ["shutdown *"])
  }

  @Test func `as a sequence brings the same, and ends with the kernel`() async throws {
    let server = Kernel(name: "Server")
    let client = Self.client()
    let changes = server.monitor()
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    _ = try await client.connect(to: listener.address)
    await client.shutdown()
    try await eventually { server.channels.isEmpty }
    await server.shutdown()
    let watch = Watch(id: client.id)
    for await change in changes {
      #expect(change.dropped == 0)
      watch.add(change)
    }
    #expect(watch.texts == Self.comings + Self.goings + ["shutdown *"])
    for await _ in server.monitor("*") { Issue.record("a kernel that has shut down has nothing more to tell") }
  }

  @Test func `of one name hears of that name alone, before those of all kernels`() async throws {
    let server = Kernel(name: "Server")
    let client = Self.client()
    let order = Collector<String>()
    for name in ["*", "Second", client.id, "poe://Client/any", "Nobody"] {
      server.monitor(name) { change in
        if case .register = change.kind { order.add("\(change.monitored) \(change.kernel)") }
      }
    }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let channel = try await client.connect(to: listener.address)
    let address = try #require(try await order.first(7).last?.split(separator: " ").last)
    #expect(
      order.elements == [
        "\(client.id) \(client.id)", "* \(client.id)", "poe://Client/any Client", "* Client", "Second Second",
        "* Second", "* \(address)",
      ])
    channel.close()
    await client.shutdown()
    await server.shutdown()
  }

  @Test func `at the client is told before connect completes`() async throws {
    let server = Kernel(name: "Server")
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let client = Kernel(name: "Client")
    let order = Collector<String>()
    client.monitor("Server") { change in order.add(Watch.text(change)) }
    client.connect(to: listener.address) { result in
      order.add((try? result.get()) == nil ? "failed" : "connected")
    }
    _ = try await order.first(3)
    #expect(order.elements == ["register Server", "channel ready Server", "connected"])
    await client.shutdown()
    await server.shutdown()
  }

  @Test func `hears of a kernel before its first message is handled`() async throws {
    let order = Collector<String>()
    let server = Kernel(name: "Server")
    let session = server.session("test")
    session.on("hello") { (event: Event) in order.add("hello from \(event.caller)") }
    try session.publish("hello")
    server.monitor("Early") { change in order.add(Watch.text(change)) }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let raw = try RawClient(listener.address)
    // The message comes in the same packet as the end of the negotiation.
    let body = try StorableSerializer().encode(["event": "poe://Server/test/hello", "params": 1])
    raw.send(Array("SETUP KERNEL=early-1,Early;FREEZER=Storable;PID=7\r\n\(body.count)\0".utf8) + body)
    #expect(try await order.first(3) == ["register Early", "channel ready Early", "hello from Early"])
    await server.shutdown(deadline: .zero)
  }

  @Test func `tells why a kernel went`() async throws {
    let server = Kernel(name: "Server")
    let reasons = Collector<IKCError?>()
    let kinds = Collector<String>()
    server.monitor("Raw") { change in
      kinds.add(Watch.text(change))
      switch change.kind {
      case .channelClose(let reason), .unregister(let reason): reasons.add(reason)
      default: break
      }
    }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let raw = try RawClient(listener.address)
    await raw.negotiate()
    raw.send(Array("junk".utf8))
    #expect(try await reasons.first(2).map { $0?.code } == [.badFrame, .badFrame])
    #expect(
      kinds.elements == [
        "register Raw", "channel ready Raw", "error channel-read Raw", "channel close Raw", "unregister Raw",
      ])
    await server.shutdown()
  }

  @Test func `is not told of names that another kernel holds`() async throws {
    let pair = try await KernelPair()
    let second = Kernel(name: "Client")
    let watch = Watch(id: second.id)
    pair.server.monitor { watch.add($0) }
    _ = try await second.connect(to: pair.listener.address)
    await second.shutdown()
    #expect(
      try await watch.first(8) == [
        "register ID real", "register ADDR", "channel ready ID real", "channel ready ADDR", "channel close ID real",
        "channel close ADDR", "unregister ID real", "unregister ADDR",
      ])
    await pair.shutdown()
  }

  @Test(arguments: [1, 4]) func `many hear of everything, over loops, each in order`(_ loops: Int) async throws {
    var settings = Configuration()
    settings.loops = loops
    let server = Kernel(name: "Server", configuration: settings)
    let watches = (0..<200).map { _ in Collector<String>() }
    for watch in watches { server.monitor { watch.add(Watch.text($0)) } }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let clients = (0..<8).map { Kernel(name: "Client\($0)") }
    for client in clients { _ = try await client.connect(to: listener.address) }
    for client in clients { await client.shutdown() }
    // Four kinds of changes under three names each.
    let first = try await watches[0].first(8 * 12)
    for watch in watches { #expect(try await watch.first(8 * 12) == first) }
    await server.shutdown()
  }
}
