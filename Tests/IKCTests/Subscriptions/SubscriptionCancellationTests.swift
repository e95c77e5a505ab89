import Dispatch
import TestSupport
import Testing

@testable import IKC

/// Tasks that are cancelled while they wait for subscriptions.
@Suite(.timeLimit(.minutes(5))) struct SubscriptionCancellationTests {
  private static let accepted: Value = [
    ["kernel": "Raw", "session": "test", "state": ""], "raw", .string(Responder.unsubscribeState),
  ]

  private static func receipt(_ question: Value, _ params: Value) -> Value {
    ["event": question["rsvp"] ?? .undef, "params": params]
  }

  /// What a kernel sends when a subscription ends.
  private static func isUnsubscription(_ message: Value?, of specifier: Specifier.Parts, by kernel: Kernel) -> Bool {
    message?["event"].flatMap { Specifier.Parts($0) }.map { [$0.session, $0.state] } == ["IKC", "unsubscribe"]
      && message?["params"]?[0].flatMap { Specifier.Parts($0) } == specifier
      && message?["params"]?[1]?.text == kernel.id && message?["rsvp"] == nil
  }

  /// Nothing waits, and nobody may post to what is not published.
  private static func isClean(_ kernel: Kernel) -> Bool {
    kernel.responder.subscriptions.withLock { $0.waiting.isEmpty } && kernel.proxies.isEmpty
      && kernel.responder.permits.withLock { $0.isEmpty }
  }

  /// A kernel and a bare socket that is connected to it.
  private static func connect() async throws -> (kernel: Kernel, raw: RawClient) {
    let kernel = Kernel(name: "Asker")
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let raw = try RawClient(listener.address)
    await raw.negotiate()
    try await eventually { kernel.channel(to: "Raw") != nil }
    return (kernel, raw)
  }

  @Test func `wait no longer, and what is accepted later is taken back`() async throws {
    let (kernel, raw) = try await Self.connect()
    let errors = Collector<IKCError>()
    kernel.onError { errors.add($0) }
    let task = Task { try await kernel.subscribe("poe://Raw/test") }
    let question = try #require(try await raw.receiveMessage())
    task.cancel()
    let error = await #expect(throws: IKCError.self) { try await task.value }
    #expect(error?.code == .cancelled && error?.specifier == "poe://Raw/test")
    #expect(Self.isClean(kernel))
    try raw.send(Self.receipt(question, Self.accepted))
    let taken = try await raw.receiveMessage()
    let target = Specifier.Parts(kernel: "Raw", session: "test")
    #expect(Self.isUnsubscription(taken, of: target, by: kernel), "\(String(describing: taken))")
    #expect(Self.isClean(kernel) && errors.elements.isEmpty)
    // One that does not ask for it, as a Perl kernel, is told that nobody waits; nor is a refusal taken back.
    try raw.send(Self.receipt(question, ["poe://Raw/test", "raw"]))
    #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)
    try raw.send(Self.receipt(question, "Refused subscription poe://Raw/test"))
    #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `what is accepted after the time-out is taken back as well`() async throws {
    let (kernel, raw) = try await Self.connect()
    let task = Task { try await kernel.subscribe("poe://Raw/test", timeout: .milliseconds(20)) }
    let question = try #require(try await raw.receiveMessage())
    let error = await #expect(throws: IKCError.self) { try await task.value }
    #expect(error?.code == .timedOut)
    try raw.send(Self.receipt(question, Self.accepted))
    let target = Specifier.Parts(kernel: "Raw", session: "test")
    #expect(Self.isUnsubscription(try await raw.receiveMessage(), of: target, by: kernel))
    #expect(Self.isClean(kernel))
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `what had been accepted goes on, the rest is cancelled`() async throws {
    let (kernel, raw) = try await Self.connect()
    let task = Task { await kernel.subscribe(["poe://Raw/test", "poe://Raw/other"]) }
    let question = try #require(try await raw.receiveMessage())
    _ = try await raw.receiveMessage()
    try raw.send(Self.receipt(question, Self.accepted))
    try await eventually { kernel.proxies.count == 1 }
    task.cancel()
    let results = await task.value
    let proxy = try results[0].get()
    let error = #expect(throws: IKCError.self) { try results[1].get() }
    #expect(error?.code == .cancelled && error?.specifier == "poe://Raw/other")
    #expect(proxy.isActive)
    proxy.unsubscribe()
    let target = Specifier.Parts(kernel: "Raw", session: "test")
    #expect(Self.isUnsubscription(try await raw.receiveMessage(), of: target, by: kernel))
    #expect(Self.isClean(kernel))
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `a task that was cancelled before asks nobody`() async throws {
    let (kernel, raw) = try await Self.connect()
    let address = try #require(kernel.channel(to: "Raw")?.ownAddress)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      let results = await kernel.subscribe(["poe://Raw/test", "poe://*/test"])
      for result in results {
        let error = #expect(throws: IKCError.self) { try result.get() }
        #expect(error?.code == .cancelled)
      }
      let error = await #expect(throws: IKCError.self) {
        try await kernel.connect(to: address, subscribing: ["poe://Raw/test"])
      }
      #expect(error?.code == .cancelled && error?.peer == address.description)
    }
    await task.value
    // The first thing that comes is what is posted now.
    try kernel.post("poe://Raw/test/x", 1)
    #expect(try await raw.receiveMessage()?["event"]?.text == "poe://Raw/test/x")
    #expect(Self.isClean(kernel) && kernel.channels.count == 1)
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `nor does this kernel keep itself as a subscriber`() async throws {
    let (kernel, raw) = try await Self.connect()
    let session = kernel.session("test")
    session.on("take") { (_: Event) -> Void in }
    try session.publish("take")
    // It accepts at once itself; the other kernel is waited for.
    let cancelled = Task { try await kernel.subscribe("poe://*/test") }
    let first = try #require(try await raw.receiveMessage())
    try await eventually { kernel.subscribers.map(\.kernel) == [kernel.id] }
    cancelled.cancel()
    let error = await #expect(throws: IKCError.self) { try await cancelled.value }
    #expect(error?.code == .cancelled)
    try await eventually { kernel.subscribers.isEmpty }
    try raw.send(Self.receipt(first, "Refused subscription poe://*/test"))
    #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)

    let won = Task { try await kernel.subscribe("poe://*/test") }
    let second = try #require(try await raw.receiveMessage())
    try await eventually { kernel.subscribers.count == 1 }
    try raw.send(Self.receipt(second, Self.accepted))
    #expect(try await won.value.channel === kernel.channel(to: "Raw"))
    try await eventually { kernel.subscribers.isEmpty }
    await kernel.shutdown(deadline: .zero)
  }

  /// What a server does that a kernel connects to and subscribes at, and what it saw.
  private static func cancelling(
    _ specifiers: [Specifier], _ server: @escaping @Sendable (LightPeer, _ waits: @Sendable () -> Void) -> Void,
    negotiates: Bool = true
  ) async throws -> (kernel: Kernel, error: IKCError?) {
    let (steps, next) = AsyncStream.makeStream(of: Void.self)
    let isCancelled = DispatchSemaphore(value: 0)
    let waits: @Sendable () -> Void = {
      next.yield()
      isCancelled.wait()
    }
    let raw = try RawServer { connection in
      if !negotiates { waits() }
      server(LightPeer(connection), negotiates ? waits : {})
      next.finish()
    }
    let address = try Address(raw.address)
    let kernel = Kernel(name: "Asker")
    let task = Task { try await kernel.connect(to: address, subscribing: specifiers) }
    var iterator = steps.makeAsyncIterator()
    await iterator.next()
    task.cancel()
    let error = await #expect(throws: IKCError.self) { try await task.value }
    isCancelled.signal()
    // Until the server has seen all that it wanted to.
    await iterator.next()
    return (kernel, error)
  }

  @Test func `a connection that was being made is closed`() async throws {
    let seen = Collector<Value?>()
    let (kernel, error) = try await Self.cancelling(
      ["poe://Peer/test"], { peer, _ in seen.add(peer.message()) }, negotiates: false)
    #expect(error?.code == .cancelled)
    #expect(seen.elements == [nil])
    try await eventually { kernel.channels.isEmpty }
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `a connection whose subscriptions are waited for is closed`() async throws {
    let (kernel, error) = try await Self.cancelling(["poe://Peer/test", "poe://Peer/other"]) { peer, waits in
      let question = peer.message()
      _ = peer.message()
      peer.send(
        Self.receipt(
          question ?? .undef,
          [["kernel": "Peer", "session": "test", "state": ""], "peer", .string(Responder.unsubscribeState)]))
      // A call that is answered: so the receipt has been taken.
      peer.send(["event": "poe://Asker/IKC/ping", "rsvp": "poe://Peer/s/r", "params": .undef])
      _ = peer.message()
      waits()
      // Until the kernel closes.
      while peer.message() != nil {}
    }
    #expect(error?.code == .cancelled && error?.peer == "peer-00000000-00000000-00000001")
    try await eventually { kernel.channels.isEmpty }
    #expect(Self.isClean(kernel))
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `connecting alone is cancelled as well`() async throws {
    let (steps, next) = AsyncStream.makeStream(of: Void.self)
    let isCancelled = DispatchSemaphore(value: 0)
    let server = try RawServer { connection in
      next.yield()
      isCancelled.wait()
      _ = LightPeer(connection).message()
      next.finish()
    }
    let address = try Address(server.address)
    let kernel = Kernel(name: "Asker")
    let task = Task { try await kernel.connect(to: address) }
    var iterator = steps.makeAsyncIterator()
    await iterator.next()
    task.cancel()
    let error = await #expect(throws: IKCError.self) { try await task.value }
    #expect(error?.code == .cancelled && error?.peer == address.description)
    isCancelled.signal()
    await iterator.next()
    try await eventually { kernel.channels.isEmpty }
    await kernel.shutdown(deadline: .zero)
  }
}
