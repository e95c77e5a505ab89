import Testing

@testable import IKC

/// One error operation after the other, by its name in IKC 0.2402.
@Suite(.timeLimit(.minutes(5))) struct MonitorErrorTests {
  private struct HandlerFailure: Error, CustomStringConvertible {
    let description = "it failed"
  }

  /// A server with a monitor's errors, and a bare socket that has negotiated with it.
  private struct Scene {
    let server: Kernel
    let raw: RawClient
    let failures = Collector<Monitor.Failure>()
    let names = Collector<String>()

    init(_ monitored: String = "Raw", settings: Configuration = .init(), negotiates: Bool = true) async throws {
      server = Kernel(name: "Server", configuration: settings)
      let session = server.session("test")
      session.on("fail") { (_: Event) throws -> Int in throw HandlerFailure() }
      try session.publish("fail")
      server.monitor(monitored) { [failures, names] change in
        guard case .error(let failure) = change.kind else { return }
        names.add(change.kernel)
        failures.add(failure)
      }
      let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
      raw = try RawClient(listener.address)
      if negotiates { await raw.negotiate() }
    }
  }

  @Test(arguments: [
    ("poe://Server/nosuch/state", "local-check", "Session 'nosuch' is not available"),
    ("poe://Server/test/nosuch", "local-check", "has not published state 'nosuch'"),
    ("poe://Server/test/fail", "local-invocation", "it failed"),
  ])
  func `a request that fails here is local`(_ event: String, _ operation: String, _ text: String) async throws {
    let scene = try await Scene()
    try scene.raw.send(["event": .string(event), "params": 1])
    let failure = try await scene.failures.first(1)[0]
    #expect(failure.operation.rawValue == operation)
    #expect(failure.operation.isLocal && !failure.operation.isRemote)
    #expect(failure.error.message.contains(text))
    #expect(!failure.hasReachedCaller)
    #expect(scene.names.elements == ["Raw"])
    await scene.server.shutdown(deadline: .zero)
  }

  @Test func `a body that is no message is a local request`() async throws {
    let scene = try await Scene()
    scene.raw.send(frame: [1, 2, 3])
    #expect(try await scene.failures.first(1)[0].operation == .localRequest)
    await scene.server.shutdown(deadline: .zero)
  }

  private static let reports: [(params: Value, operation: String)] = [
    (["it went wrong", "Raw", "request"], "remote-request"),
    (["it went wrong", "Raw", "check"], "remote-check"),
    (["it went wrong", "Raw", "resolve"], "remote-resolve"),
    (["it went wrong", "Raw", "invocation"], "remote-invocation"),
    (["it went wrong", "Raw", "remote-check"], "remote-check"),
    (["it went wrong", "Raw", "other"], "remote-other"),
    (["it went wrong", "Raw"], "remote"),
    ("it went wrong", "remote"),
    (["it went wrong", "Raw", Value.string(String(repeating: "x", count: 10_000))], "remote"),
  ]

  @Test(arguments: reports)
  func `what a peer reports is remote`(_ params: Value, _ operation: String) async throws {
    let scene = try await Scene()
    try scene.raw.send(["event": "poe://Server/IKC/remote_error", "params": params, "is_error": 1])
    let failure = try await scene.failures.first(1)[0]
    #expect(failure.operation.rawValue == operation)
    #expect(failure.operation.isRemote && !failure.operation.isLocal)
    #expect(failure.error.code == .remote)
    #expect(failure.error.message == "it went wrong")
    await scene.server.shutdown(deadline: .zero)
  }

  @Test func `junk in place of a frame is channel-read`() async throws {
    let scene = try await Scene()
    scene.raw.send(Array("junk".utf8))
    let failure = try await scene.failures.first(1)[0]
    #expect(failure.operation == .channelRead)
    #expect(failure.error.code == .badFrame)
    await scene.server.shutdown(deadline: .zero)
  }

  @Test func `a peer that takes nothing is channel-write`() async throws {
    var settings = Configuration()
    settings.linger = .milliseconds(50)
    let peer = try SilentPeer()
    let client = Kernel(name: "Client", configuration: settings)
    let failures = Collector<Monitor.Failure>()
    client.monitor("Silent") { change in
      if case .error(let failure) = change.kind { failures.add(failure) }
    }
    let channel = try await client.connect(to: peer.address)
    try client.post("poe://Silent/any/state", String(repeating: "x", count: 8 << 20))
    channel.close()
    let failure = try await failures.first(1)[0]
    #expect(failure.operation == .channelWrite)
    #expect(failure.error.code == .timedOut)
    await client.shutdown()
    peer.readEverything()
  }

  @Test func `a negotiation that fails is channel-setup, about no kernel in particular`() async throws {
    var settings = Configuration()
    settings.negotiationTimeout = .milliseconds(20)
    let scene = try await Scene("*", settings: settings, negotiates: false)
    let failure = try await scene.failures.first(1)[0]
    #expect(failure.operation == .channelSetup)
    #expect(failure.error.code == .timedOut)
    #expect(scene.names.elements == ["*"])
    await scene.server.shutdown(deadline: .zero)
  }

  @Test func `a post to a kernel that is not there is resolve; who posted gets it too`() async throws {
    let kernel = Kernel(name: "Alone")
    let failures = Collector<Monitor.Failure>()
    let errors = Collector<IKCError>()
    kernel.monitor { [weak kernel] change in
      guard case .error(let failure) = change.kind else { return }
      failures.add(failure)
      // What fails in a monitor's own handler does not come round again.
      #expect(throws: IKCError.self) { try kernel?.post("poe://Nobody/log/error") }
    }
    kernel.onError { errors.add($0) }
    let thrown = try #require(throws: IKCError.self) { try kernel.post("poe://Nobody/any/state") }
    let failure = try await failures.first(1)[0]
    #expect(failure.operation == .resolve)
    #expect(failure.error == thrown)
    #expect(failure.hasReachedCaller)
    await kernel.shutdown()
    #expect(failures.elements.count == 1)
    #expect(errors.elements.isEmpty)
  }

  @Test func `an answer for a kernel that is not there is resolve`() async throws {
    let scene = try await Scene()
    try scene.raw.send([
      "event": "poe://Server/IKC/ping", "params": 1,
      "rsvp": ["kernel": "Nobody", "session": "any", "state": "state"],
    ])
    let failure = try await scene.failures.first(1)[0]
    #expect(failure.operation == .resolve)
    #expect(failure.error.code == .unknownKernel)
    #expect(!failure.hasReachedCaller)
    await scene.server.shutdown(deadline: .zero)
  }

  @Test func `the error of a call reaches the caller, and monitors as well`() async throws {
    let pair = try await KernelPair()
    let failures = Collector<Monitor.Failure>()
    let errors = Collector<IKCError>()
    pair.client.monitor("Server") { change in
      if case .error(let failure) = change.kind { failures.add(failure) }
    }
    pair.client.onError { errors.add($0) }
    let thrown = try await #require(throws: IKCError.self) {
      try await pair.client.call("poe://Server/nosuch/state", as: Value.self)
    }
    let failure = try await failures.first(1)[0]
    #expect(failure.operation == .remoteCheck)
    #expect(failure.hasReachedCaller)
    #expect(failure.error == thrown)
    await pair.shutdown()
    #expect(errors.elements.isEmpty)
  }

  @Test func `onError hears once of each error, whatever the kernel is called, until it is cancelled`() async throws {
    let errors = Collector<IKCError>()
    let changes = Collector<Monitor.Change>()
    let scene = try await Scene()
    let monitor = scene.server.onError { errors.add($0) }
    scene.server.monitor { changes.add($0) }
    try scene.raw.send(["event": "poe://Server/nosuch/one", "params": 1])
    try scene.raw.send(["event": "poe://Server/nosuch/two", "params": 1])
    let names = try await changes.first(6).map(\.kernel)
    #expect(names[0] == "raw-00000000-00000000-00000001" && names[1] == "Raw" && Set(names).count == 3)
    #expect(errors.elements.map(\.specifier) == ["poe://Server/nosuch/one", "poe://Server/nosuch/two"])
    monitor.cancel()
    try scene.raw.send(["event": "poe://Server/nosuch/three", "params": 1])
    _ = try await changes.first(9)
    #expect(errors.elements.count == 2)
    await scene.server.shutdown(deadline: .zero)
  }

  @Test func `subscriptions come and go under every name of their kernel`() async throws {
    let pair = try await KernelPair()
    let watch = Watch(id: pair.server.id)
    let specifier = Specifier(kernel: "Server", session: "test", state: "")
    pair.client.monitor { change in
      watch.add(change)
      switch change.kind {
      case .subscribe(let told), .unsubscribe(let told): #expect(told == specifier)
      default: break
      }
    }
    pair.client.responder.tellSubscribed(to: specifier, at: pair.channel)
    pair.client.responder.tellUnsubscribed(from: specifier, at: pair.channel)
    pair.client.responder.report(IKCError(.refused, "Refused subscription"), during: .subscribe)
    #expect(
      try await watch.first(7) == [
        "subscribe ID real", "subscribe Server", "subscribe ADDR", "unsubscribe ID real", "unsubscribe Server",
        "unsubscribe ADDR", "error subscribe *",
      ])
    await pair.shutdown()
  }
}
