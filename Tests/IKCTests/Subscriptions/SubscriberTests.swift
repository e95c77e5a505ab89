import TestSupport
import Testing

@testable import IKC

/// Who has subscribed to a kernel's sessions.
@Suite(.timeLimit(.minutes(5))) struct SubscriberTests {
  private static func publish(_ kernel: Kernel) throws {
    for name in ["test", "other"] {
      let session = kernel.session(name)
      session.on("take") { (_: Event) -> Void in }
      session.on("echo") { (value: Value) in value }
      try session.publish("take", "echo")
    }
  }

  /// The subscribers as text.
  private static func texts(_ subscribers: [Subscriber], _ names: [String: String] = [:]) -> [String] {
    subscribers.map { "\(names[$0.kernel] ?? $0.kernel) \($0.session)" + ($0.state.map { "/\($0)" } ?? "") }
  }

  @Test func `are known from their subscription until they unsubscribe or go`() async throws {
    let pair = try await KernelPair(prepare: Self.publish)
    let server = pair.server
    let second = Kernel(name: "Second")
    let channel = try await second.connect(to: pair.listener.address)
    let names = [pair.client.id: "first", second.id: "second"]
    #expect(server.subscribers.isEmpty)
    let proxy = try await pair.client.subscribe("poe://Server/test")
    _ = try await pair.client.subscribe("poe://*/other/take")
    _ = try await second.subscribe("poe://Server/test/echo")
    _ = await second.subscribe(["poe://Server/nosuch", "poe://Server/test/nosuch"])
    let all: Set = ["first other/take", "first test", "second test/echo"]
    #expect(Set(Self.texts(server.subscribers, names)) == all && server.subscribers.count == 3)
    #expect(server.session("test").subscribers.count == 2)
    #expect(Self.texts(server.session("other").subscribers, names) == ["first other/take"])
    #expect(server.session("other").subscribers[0].channel === server.channel(to: "Client"))
    #expect(server.session("more").subscribers.isEmpty && second.subscribers.isEmpty)

    proxy.unsubscribe()
    try await eventually { server.session("test").subscribers.count == 1 }
    #expect(Set(Self.texts(server.subscribers, names)) == ["first other/take", "second test/echo"])
    channel.close()
    try await eventually { Self.texts(server.subscribers, names) == ["first other/take"] }
    await pair.client.shutdown()
    try await eventually { server.subscribers.isEmpty }
    await second.shutdown()
    await server.shutdown()
  }

  @Test func `are counted: the end of one subscription is not that of another`() async throws {
    let pair = try await KernelPair(prepare: Self.publish)
    let first = try await pair.client.subscribe("poe://Server/test")
    let second = try await pair.client.subscribe("poe://*/test")
    #expect(pair.server.subscribers.count == 1)
    first.unsubscribe()
    first.unsubscribe()
    // What follows it has come as well.
    #expect(try await pair.client.ping("Server") > .zero)
    #expect(pair.server.subscribers.count == 1)
    second.unsubscribe()
    #expect(try await pair.client.ping("Server") > .zero)
    #expect(pair.server.subscribers.isEmpty)
    await pair.shutdown()
  }

  @Test func `of kernels that were asked and not taken are none`() async throws {
    let pair = try await KernelPair(prepare: Self.publish)
    let second = Kernel(name: "Second")
    try Self.publish(second)
    try Self.publish(pair.client)
    let listener = try await second.listen(on: .tcp("127.0.0.1", port: 0))
    _ = try await pair.client.connect(to: listener.address)
    let proxy = try await pair.client.subscribe("poe://*/test")
    #expect(try await pair.client.ping("Second") > .zero)
    #expect(try await pair.client.ping("Server") > .zero)
    // The answers to the late receipts have come before these.
    #expect(try await pair.client.ping("Second") > .zero)
    #expect(try await pair.client.ping("Server") > .zero)
    let winner = proxy.kernel == second.id ? second : pair.server
    let loser = winner === second ? pair.server : second
    #expect(winner.subscribers.count == 1)
    #expect(loser.subscribers.isEmpty && pair.client.subscribers.isEmpty)
    await pair.shutdown()
    await second.shutdown()
  }

  @Test func `end with what is retracted`() async throws {
    let pair = try await KernelPair(prepare: Self.publish)
    let client = pair.client
    for specifier in ["poe://Server/test", "poe://Server/test/take", "poe://Server/test/echo", "poe://Server/other"] {
      _ = try await client.subscribe(Specifier(specifier))
    }
    #expect(
      Self.texts(pair.server.subscribers, [client.id: "c"]) == ["c other", "c test", "c test/echo", "c test/take"])
    pair.server.session("test").retract("take")
    #expect(Self.texts(pair.server.subscribers, [client.id: "c"]) == ["c other", "c test", "c test/echo"])
    pair.server.session("test").retract()
    #expect(Self.texts(pair.server.subscribers, [client.id: "c"]) == ["c other"])
    pair.server.session("other").retract("take", "echo")
    #expect(pair.server.subscribers.isEmpty)
    try Self.publish(pair.server)
    #expect(pair.server.subscribers.isEmpty)
    _ = try await client.subscribe("poe://Server/test")
    #expect(pair.server.subscribers.count == 1)
    await pair.shutdown()
  }

  @Test func `that this kernel is itself end with it`() async throws {
    let kernel = Kernel(name: "Alone")
    try Self.publish(kernel)
    let proxy = try await kernel.subscribe("poe://Alone/test")
    #expect(kernel.subscribers.map(\.kernel) == [kernel.id])
    proxy.unsubscribe()
    try await eventually { kernel.subscribers.isEmpty }
    _ = try await kernel.subscribe("poe://Alone/test")
    await kernel.shutdown()
    #expect(kernel.subscribers.isEmpty)
  }

  /// A question as a Perl kernel sends it.
  private static func question(_ specifier: Value, rsvp: Value = "poe://Raw/s/r") -> Value {
    [
      "event": ["kernel": "Server", "session": "IKC", "state": "do_you_have"], "params": [specifier, "raw"],
      "rsvp": rsvp,
    ]
  }

  @Test func `take no more memory for asking without end, nor for what is not published`() async throws {
    let pair = try await KernelPair(prepare: Self.publish)
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    for number in 0..<500 {
      let text = String(number)
      try raw.send(Self.question(["kernel": .string(text), "session": "test", "state": ""]))
      try raw.send(Self.question(["kernel": .string(text), "session": "test", "state": "take"]))
      try raw.send(Self.question(["kernel": "Server", "session": .string("x" + text), "state": ""]))
      try raw.send(Self.question(["kernel": "Server", "session": "test", "state": .string(text)]))
      for _ in 0..<4 { #expect(try await raw.receiveMessage()?["event"]?.text == "poe://Raw/s/r") }
    }
    #expect(
      Self.texts(pair.server.subscribers, ["raw-00000000-00000000-00000001": "raw"]) == ["raw test", "raw test/take"])
    // Without an rsvp nobody learns that it is accepted.
    let silent = try RawClient(pair.listener.address)
    await silent.negotiate(names: "raw-00000000-00000000-00000002,Silent")
    try silent.send(Self.question("poe:/test", rsvp: .undef))
    try silent.send(Self.question("poe:/nosuch", rsvp: "poe://Silent/s/r"))
    #expect(try await silent.receiveMessage()?["params"]?.text == "Refused subscription poe:/nosuch")
    #expect(pair.server.subscribers.count == 2)
    await pair.client.shutdown()
    await pair.server.shutdown(deadline: .zero)
  }

  @Test func `are not ended by others, nor by what they have not subscribed to`() async throws {
    let pair = try await KernelPair(prepare: Self.publish)
    _ = try await pair.client.subscribe("poe://Server/test")
    let raw = try RawClient(pair.listener.address)
    await raw.negotiate()
    try raw.send(Self.question("poe:/test/take"))
    #expect(try await raw.receiveMessage()?["params"]?[2]?.text == "unsubscribe")
    func unsubscribe(_ specifier: Value) throws {
      try raw.send([
        "event": "poe://Server/IKC/unsubscribe", "params": [specifier, "raw"], "rsvp": "poe://Raw/s/done",
      ])
    }
    for specifier: Value in ["poe:/test", "poe:/test/echo", "poe:/nosuch"] {
      try unsubscribe(specifier)
      #expect(try await raw.receiveMessage()?["params"] == .undef)
    }
    try unsubscribe("///")
    #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)
    #expect(pair.server.subscribers.count == 2)
    try unsubscribe("poe:/test/take")
    _ = try await raw.receiveMessage()
    #expect(pair.server.subscribers.map(\.kernel) == [pair.client.id])
    await pair.client.shutdown()
    await pair.server.shutdown(deadline: .zero)
  }
}
