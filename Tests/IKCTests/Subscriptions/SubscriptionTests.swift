import TestSupport
import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5))) struct SubscriptionTests {
  private static func publish(_ kernel: Kernel, _ received: Collector<[Value]>) throws {
    let session = kernel.session("test")
    session.on("take") { (event: Event) throws -> Void in received.add(try event.arguments) }
    session.on("echo") { (value: Value) in value }
    try session.publish("take", "echo")
  }

  @Test(arguments: TestTransport.allCases)
  func `a proxy posts any number of arguments, and calls`(_ transport: TestTransport) async throws {
    let received = Collector<[Value]>()
    let pair = try await KernelPair(transport) { try Self.publish($0, received) }
    let proxy = try await pair.client.subscribe("poe://Server/test")
    #expect(proxy.isActive && proxy.session == "test" && proxy.state == nil && proxy.kernel == pair.server.id)
    #expect(pair.client.proxies.count == 1)
    try proxy.post("take")
    try proxy.post("take", 1)
    try proxy.post("take", "a", [2], ["k": 3])
    try proxy.post("take", .int(1), .undef)
    #expect(try await received.first(4).map(\.count) == [0, 1, 3, 2])
    #expect(try await proxy.call("echo", "x", as: String.self) == "x")
    await pair.shutdown()
    #expect(proxy.endReason?.code == .channelClosed)
  }

  @Test(arguments: [
    ("poe://Server/test", nil), ("poe://Server/test/take", nil), ("poe://*/test", nil),
    ("poe://Server/nosuch", IKCError.Code.refused), ("poe://Server/test/nosuch", .refused),
    ("poe://*/nosuch", .refused),
    ("poe://Nobody/test", .unknownKernel), ("poe://Server", .invalidSpecifier),
    ("poe://Server/!bad", .invalidSpecifier),
    ("poe://Server/test/take?x", .invalidSpecifier),
  ])
  func `a subscription is accepted, refused or a mistake`(_ text: String, _ code: IKCError.Code?) async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    let result = await pair.client.subscribe([Specifier(stringLiteral: text)])[0]
    switch result {
    case .success(let proxy): #expect(code == nil && proxy.kernel == pair.server.id)
    case .failure(let error): #expect(error.code == code, "\(error)")
    }
    await pair.shutdown()
  }

  @Test func `parts that are no specifier are never sent`() async throws {
    let pair = try await KernelPair()
    let error = await #expect(throws: IKCError.self) {
      try await pair.client.subscribe(Specifier(kernel: "Server", session: "*bad*!!"))
    }
    #expect(error?.code == .invalidSpecifier)
    await pair.shutdown()
  }

  @Test func `with kernel * another kernel comes before this one`() async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    try Self.publish(pair.client, Collector())
    #expect(try await pair.client.subscribe("poe://*/test").kernel == pair.server.id)
    pair.server.session("test").retract()
    #expect(try await pair.client.subscribe("poe://*/test").kernel == pair.client.id)
    await pair.shutdown()
  }

  @Test func `a proxy for one state posts no other`() async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    let proxy = try await pair.client.subscribe("poe://Server/test/take")
    try proxy.post("take", 1)
    let error = #expect(throws: IKCError.self) { try proxy.post("echo", 1) }
    #expect(error?.code == .invalidArgument && error?.message.contains("state 'take'") == true)
    await pair.shutdown()
  }

  @Test func `unsubscribing ends a proxy, and monitors hear of both`() async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    let changes = Collector<String>()
    let monitor = pair.client.monitor("Server") { changes.add($0.kind.name) }
    let proxy = try await pair.client.subscribe("poe://Server/test")
    let ends = Collector<IKCError.Code>()
    proxy.onEnd { ends.add($0.code) }
    proxy.unsubscribe()
    proxy.unsubscribe()
    #expect(try await proxy.ended().code == .cancelled)
    #expect(try await ends.first(1) == [.cancelled])
    let error = #expect(throws: IKCError.self) { try proxy.post("take", 1) }
    #expect(error?.code == .channelClosed)
    #expect(try await changes.first(2) == ["subscribe", "unsubscribe"])
    extendLifetime(monitor)
    await pair.shutdown()
  }

  @Test func `waiting for a proxy's end can be cancelled`() async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    let proxy = try await pair.client.subscribe("poe://Server/test")
    let task = Task { try await proxy.ended() }
    task.cancel()
    let error = await #expect(throws: IKCError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    await pair.shutdown()
  }

  @Test func `connecting with subscriptions takes all or closes`() async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    let other = Kernel(name: "Other")
    let (channel, proxies) = try await other.connect(
      to: pair.listener.address, subscribing: ["poe://*/test", "poe://Server/test/take"])
    #expect(proxies.count == 2 && channel.name == pair.server.id)
    channel.close()
    try await eventually { other.proxies.isEmpty }
    let error = await #expect(throws: IKCError.self) {
      try await other.connect(to: pair.listener.address, subscribing: ["poe://*/test", "poe://*/a", "poe://Server/b"])
    }
    #expect(error?.code == .refused)
    #expect(error?.message.contains("poe://*/a") == true && error?.message.contains("poe://Server/b") == true)
    try await eventually { other.channels.isEmpty && other.proxies.isEmpty }
    await other.shutdown()
    await pair.shutdown()
  }

  @Test func `connecting with subscriptions has a form with a completion`() async throws {
    let pair = try await KernelPair { try Self.publish($0, Collector()) }
    let other = Kernel(name: "Other")
    let results = Collector<Result<(channel: Channel, proxies: [Proxy]), IKCError>>()
    let wasOnQueue = Collector<Bool>()
    func connect(_ specifiers: [Specifier]) {
      other.connect(to: pair.listener.address, subscribing: specifiers, as: other.session("asker")) {
        wasOnQueue.add(other.responder.queue.isCurrent)
        results.add($0)
      }
    }
    connect(["poe://*/test", "poe://Server/test/take"])
    let (channel, proxies) = try await results.first(1)[0].get()
    #expect(channel.name == pair.server.id && proxies.map(\.state) == [nil, "take"])
    channel.close()
    try await eventually { other.channels.isEmpty }
    connect(["poe://*/test", "poe://*/nosuch"])
    let refused = await #expect(throws: IKCError.self) { try await results.first(2)[1].get() }
    #expect(refused?.code == .refused && refused?.message.contains("poe://*/nosuch") == true)
    try await eventually { other.channels.isEmpty && other.proxies.isEmpty }
    connect(["///"])
    let mistake = await #expect(throws: IKCError.self) { try await results.first(3)[2].get() }
    #expect(mistake?.code == .invalidSpecifier)
    await other.shutdown()
    connect(["poe://*/test"])
    let late = await #expect(throws: IKCError.self) { try await results.first(4)[3].get() }
    #expect(late?.code == .shutdown)
    #expect(wasOnQueue.elements == [true, true, true, true])
    await pair.shutdown()
  }

  /// A bare socket that a kernel subscribes to: what it is asked, and how it may answer.
  private func asked(
    of kernel: Kernel, on listener: Listener, timeout: Duration = .seconds(60),
    _ answer: (RawClient, Value) throws -> Void
  ) async throws -> Result<Proxy, IKCError> {
    let peer = try RawClient(listener.address)
    await peer.negotiate()
    try await eventually { kernel.channel(to: "Raw") != nil }
    async let results = kernel.subscribe(["poe://Raw/test"], timeout: timeout)
    let question = try #require(try await peer.receiveMessage())
    try answer(peer, question)
    return try #require(await results.first)
  }

  /// The value as it comes out of the wire's format.
  private static func wire(_ value: Value) throws -> Value {
    try StorableSerializer().encode(.array([value])).withUnsafeBytes {
      try StorableSerializer().decode($0)[0] ?? .undef
    }
  }

  private static func receipt(_ question: Value, _ params: Value) -> Value {
    ["event": question["rsvp"] ?? .undef, "params": params]
  }

  @Test func `asks as the recorded client did`() async throws {
    let kernel = Kernel(name: "Asker")
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let result = try await asked(of: kernel, on: listener) { peer, question in
      #expect(try question["event"] == Self.wire(["kernel": "Raw", "session": "IKC", "state": "do_you_have"]))
      #expect(try question["from"] == Self.wire(["kernel": .string(kernel.id), "session": "IKC"]))
      #expect(
        try question["params"] == Self.wire([["kernel": "Raw", "session": "test", "state": ""], .string(kernel.id)]))
      #expect(question["rsvp"]?["kernel"]?.text == kernel.id && question["rsvp"]?["session"]?.text == "IKC")
      #expect(question["rsvp"]?["state"]?.text == "IKC:receipt 1 poe://Raw/test")
      #expect(question.hash?.count == 4)
      try peer.send(Self.receipt(question, [["kernel": "Raw", "session": "test", "state": ""], "raw"]))
      // A second receipt does no harm.
      try peer.send(Self.receipt(question, "Refused subscription poe://Raw/test"))
    }
    #expect(try result.get().specifier == "poe://Raw/test")
    await kernel.shutdown()
  }

  @Test(arguments: [
    Value.undef, "Refused subscription poe://Raw/test", [], [.undef, "raw"], [["kernel": "Raw", "session": "other"]],
    [:],
    .int(7), [[[]]],
  ])
  func `receipts of another shape refuse`(_ params: Value) async throws {
    let kernel = Kernel(name: "Asker")
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let result = try await asked(of: kernel, on: listener) { try $0.send(Self.receipt($1, params)) }
    let error = #expect(throws: IKCError.self) { try result.get() }
    #expect(error?.code == .refused)
    #expect(kernel.proxies.isEmpty)
    await kernel.shutdown()
  }

  @Test func `without a receipt it times out, and a late one or another kernel's means nothing`() async throws {
    let kernel = Kernel(name: "Asker")
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let stranger = try RawClient(listener.address)
    await stranger.negotiate(names: "raw-00000000-00000000-00000002,Stranger")
    let late = Collector<(RawClient, Value)>()
    let accepted: Value = [["kernel": "Raw", "session": "test", "state": ""], "raw"]
    let result = try await asked(of: kernel, on: listener, timeout: .milliseconds(300)) { peer, question in
      try stranger.send(Self.receipt(question, accepted))
      late.add((peer, question))
    }
    let error = #expect(throws: IKCError.self) { try result.get() }
    #expect(error?.code == .timedOut)
    let (peer, question) = try await late.first(1)[0]
    try peer.send(Self.receipt(question, accepted))
    // Both are told that nobody waits for it.
    #expect(try await peer.receiveMessage()?["event"]?["state"]?.text == "remote_error")
    #expect(try await stranger.receiveMessage()?["event"]?["state"]?.text == "remote_error")
    #expect(kernel.proxies.isEmpty)
    await kernel.shutdown()
  }

  @Test func `a kernel that goes before its receipt ends the wait`() async throws {
    let kernel = Kernel(name: "Asker")
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let result = try await asked(of: kernel, on: listener) { peer, _ in peer.endSending() }
    let error = #expect(throws: IKCError.self) { try result.get() }
    #expect(error?.code == .channelClosed)
    await kernel.shutdown()
  }

  /// The recorded client subscribed, and posted through its proxy; with this kernel in its place the messages are the
  /// same, up to the ids and the callback's address.
  @Test(arguments: ["ikc0-subscribe", "ikc0-subscribe-published", "ikc0-subscribe-multi", "ikc0-subscribe-star"])
  func `says what the recorded client said`(_ name: String) async throws {
    let transcript = try Transcript.named(name)
    let ids = transcript.placeholders
    let recorded = Self.messages(transcript)
    let kernel = Kernel(name: "Client")
    let session = kernel.session("client")
    session.on("resp") { (_: Event) -> Void in }
    if name.hasSuffix("published") { try session.publish("resp") }
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let peer = try RawClient(listener.address)
    await peer.negotiate(names: "\(try #require(ids["SERVER_KERNEL_ID"])),Server")
    try await eventually { kernel.channel(to: "Server") != nil }
    var proxy: Proxy?
    for message in recorded {
      let params = try #require(message["params"])
      if message["rsvp"] != nil {
        let asked = try #require(params[0].flatMap { Specifier.Parts($0) })
        async let results = kernel.subscribe([Specifier(asked)], as: session)
        let question = try #require(try await peer.receiveMessage())
        #expect(Self.normal(question) == Self.normal(message), "\(question) \(message)")
        try peer.send(Self.receipt(question, [asked.value, "server"]))
        let result = await results[0]
        if proxy == nil { proxy = try result.get() }
      } else if message["event"]?["state"]?.text == "IKC:proxy" {
        try proxy?.post(params[0]?.text ?? "", arguments: params[1]?.array ?? [])
        let ours = try #require(try await peer.receiveMessage())
        #expect(Self.normal(ours) == Self.normal(message), "\(ours) \(message)")
      }
    }
    #expect(proxy != nil)
    await kernel.shutdown()
  }

  /// A message without ids, and without the keys that IKC 0.2402 leaks where its own kernel was served first.
  private static func normal(_ message: Value) -> Value {
    var hash = message.hash ?? [:]
    hash["call"] = nil
    hash["errors_to"] = nil
    return normalized(.hash(hash))
  }

  private static func normalized(_ value: Value) -> Value {
    if let hash = value.hash { return .hash(Value.Hash(hash.map { ($0.0, normalized($0.1)) })) }
    if let array = value.array { return .array(array.map(normalized)) }
    guard let text = value.text else { return value }
    if text.hasPrefix("IKC:receipt ") { return .string("IKC:receipt " + (text.split(separator: "poe:").last ?? "")) }
    return .string(text.split(separator: "-").count == 4 && !text.contains("/") ? "an id" : text)
  }

  /// The frames that the client sent.
  private static func messages(_ transcript: Transcript) -> [Value] {
    var input = InputBuffer()
    transcript.stream(of: "client").dropFirst(transcript.negotiation(of: "client").count)
      .withUnsafeBytes { input.append($0) }
    var result: [Value] = []
    while let body = try? input.takeFrame(limit: 1 << 20, { Array($0) }) {
      if let value = try? body.withUnsafeBytes({ try StorableSerializer().decode($0) }) { result.append(value) }
    }
    return result
  }
}
