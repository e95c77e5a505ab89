import IKC
import TestSupport
import Testing

/// Subscriptions between a Swift kernel and the real library.
@Suite(.serialized, .enabled(if: Perl.hasLibrary), .timeLimit(.minutes(5))) struct PerlProxyTests {
  @Test(arguments: Peering.all(.realProxy))
  func `a Perl session is subscribed to, posted to with several arguments, and gone with its kernel`(
    _ peering: Peering
  ) async throws {
    let folder = try ScratchFolder()
    let server = try PerlPeer(
      peering.script, peering.place(in: folder), speaking: peering.perlWord, name: "PerlServer")
    let kernel = peering.kernel(name: "SwiftClient")
    let returned = Collector<[Value]>()
    let session = kernel.session("client")
    session.on("many") { (event: Event) throws -> Void in returned.add(try event.arguments) }
    try session.publish("many")
    let address = try Address(try await server.first(\.listening))
    let (channel, proxies) = try await kernel.connect(
      to: address, subscribing: ["poe://*/demo", "poe://PerlServer/demo/many"], as: session)
    #expect(proxies.map(\.kernel) == [channel.name, channel.name])
    let refused = await #expect(throws: IKCError.self) { try await kernel.subscribe("poe://PerlServer/nosuch") }
    #expect(refused?.code == .refused)
    #expect(refused?.message == "Refused subscription poe://PerlServer/nosuch")
    for proxy in proxies {
      try proxy.post("many", "a", 2, [3])
      #expect(try await server.first(\.value) == ["a", 2, [3]])
    }
    #expect(try await returned.first(2).allSatisfy { $0.count == 3 && $0[0].text == "a" && $0[2][0]?.int == 3 })
    // A Perl kernel is not told of the end of a subscription: it has no state for that.
    let another = try await kernel.subscribe("poe://PerlServer/demo")
    let sent = channel.traffic.framesSent
    another.unsubscribe()
    #expect(try await another.ended().code == .cancelled)
    #expect(channel.traffic.framesSent == sent)
    server.process.kill()
    for proxy in proxies {
      #expect(try await proxy.ended().code == .channelClosed)
      #expect(throws: IKCError.self) { try proxy.post("many", 1) }
    }
    #expect(kernel.proxies.isEmpty)
    await kernel.shutdown()
  }

  @Test(arguments: Peering.all(.realProxy))
  func `a Perl kernel subscribes and posts through its proxy session`(_ peering: Peering) async throws {
    let folder = try ScratchFolder()
    let kernel = peering.kernel(name: "SwiftServer")
    let senders = Collector<Sender>()
    let received = Collector<[Value]>()
    let demo = kernel.session("demo")
    demo.on("many") { (event: Event) throws -> Void in
      received.add(try event.arguments)
      senders.add(event.sender)
    }
    try demo.publish("many")
    let listener = try await kernel.listen(on: Address(peering.place(in: folder)))
    let client = try PerlPeer(
      peering.script, listener.address.description, speaking: peering.perlWord, name: "PerlClient")
    #expect(try await client.first(\.value) == ["poe://SwiftServer/demo"])
    let arguments = try await received.first(1)[0]
    #expect(arguments.count == 3 && arguments[0].text == "a" && arguments[1].int == 2 && arguments[2][0]?.int == 3)
    let subscribers = kernel.subscribers
    #expect(subscribers.map(\.session) == ["demo"] && subscribers.map(\.state) == [nil])
    #expect(subscribers.first?.channel.names.contains("PerlClient") == true)
    // The sender is kept beyond its event, and used with several arguments.
    let sender = try await senders.first(1)[0]
    try sender.post("many", "b", 4, ["c"])
    #expect(try await client.first(\.value) == ["b", 4, ["c"]])
    client.process.kill()
    try await eventually { kernel.channels.isEmpty }
    let error = #expect(throws: IKCError.self) { try sender.post("many", 1) }
    #expect(error?.code == .channelClosed)
    try await eventually { kernel.subscribers.isEmpty }
    await kernel.shutdown()
  }
}
