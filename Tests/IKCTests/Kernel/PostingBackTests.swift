import Testing

@testable import IKC

/// Posts through a sender or a proxy to a peer that does not read.
@Suite(.timeLimit(.minutes(5))) struct PostingBackTests {
  private static let block = Value.string(String(repeating: "x", count: 64 << 10))

  private static func settings() -> Configuration {
    var settings = Configuration()
    settings.highWatermark = 256 << 10
    settings.lowWatermark = 64 << 10
    settings.linger = .milliseconds(50)
    return settings
  }

  /// Posts until that is refused: the system takes some megabytes before it is full. Gives up after 128 MiB.
  private static func refusal(_ post: () throws(IKCError) -> Void) async -> IKCError? {
    for _ in 0..<2_048 {
      do throws(IKCError) {
        try post()
      } catch {
        return error
      }
      await Task.yield()
    }
    return nil
  }

  @Test func `a sender's peer that does not read is congested`() async throws {
    let kernel = Kernel(name: "Server", configuration: Self.settings())
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let senders = Collector<(Sender, Channel)>()
    let session = kernel.session("test")
    session.on("hello") { (event: Event) -> Void in senders.add((event.sender, event.channel)) }
    try session.publish("hello")
    let peer = try RawClient(listener.address)
    await peer.negotiate()
    try peer.send(["event": "poe://Server/test/hello", "from": "poe://Raw/client", "params": .undef])
    let (sender, channel) = try await senders.first(1)[0]
    let error = await Self.refusal { () throws(IKCError) in try sender.post("take", Self.block) }
    #expect(error?.code == .congested && error?.peer == channel.name)
    #expect(error?.specifier?.contains("poe://Raw/client") == true)
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `a proxy's peer that does not read is congested`() async throws {
    let kernel = Kernel(name: "Asker", configuration: Self.settings())
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let peer = try RawClient(listener.address)
    await peer.negotiate()
    try await eventually { kernel.channel(to: "Raw") != nil }
    async let subscribed = kernel.subscribe("poe://Raw/test")
    let question = try #require(try await peer.receiveMessage())
    try peer.send([
      "event": question["rsvp"] ?? .undef, "params": [["kernel": "Raw", "session": "test", "state": ""], "raw"],
    ])
    let proxy = try await subscribed
    let error = await Self.refusal { () throws(IKCError) in try proxy.post("take", Self.block) }
    #expect(error?.code == .congested && error?.peer == proxy.kernel)
    #expect(error?.specifier?.hasPrefix("poe://Raw/test") == true)
    await kernel.shutdown(deadline: .zero)
  }
}
