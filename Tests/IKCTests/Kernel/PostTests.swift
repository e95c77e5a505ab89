import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PostTests {
  @Test(arguments: TestTransport.allCases)
  func arrivesWithItsParameters(_ transport: TestTransport) async throws {
    let received = Collector<[String: [Int]]>()
    let pair = try await KernelPair(transport) { server in
      let session = server.session("test")
      session.on("take") { (params: [String: [Int]]) in received.add(params) }
      try session.publish("take")
    }
    try pair.client.post("poe://Server/test/take", ["numbers": [1, -2, 300_000]])
    #expect(try await received.first(1) == [["numbers": [1, -2, 300_000]]])
    await pair.shutdown()
  }

  @Test(arguments: TestTransport.allCases)
  func keepsTheOrderOfManyPosts(_ transport: TestTransport) async throws {
    let received = Collector<Int>()
    let pair = try await KernelPair(transport) { server in
      let session = server.session("test")
      session.on("take") { (number: Int) in received.add(number) }
      try session.publish("take")
    }
    for number in 0..<20_000 {
      try await pair.client.post("poe://Server/test/take", number, waitingUpTo: .seconds(60))
    }
    #expect(try await received.first(20_000) == Array(0..<20_000))
    await pair.shutdown()
  }

  @Test func carriesLargeParameters() async throws {
    let received = Collector<Int>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("take") { (text: String) in received.add(text.utf8.count) }
      try session.publish("take")
    }
    for size in [0, 1, 255, 256, 65_535, 262_144, 1 << 20, 3 << 20] {
      try await pair.client.post(
        "poe://Server/test/take", String(repeating: "x", count: size), waitingUpTo: .seconds(60))
    }
    #expect(try await received.first(8) == [0, 1, 255, 256, 65_535, 262_144, 1 << 20, 3 << 20])
    await pair.shutdown()
  }

  @Test func toAnUnknownKernelThrowsAtOnce() async throws {
    let pair = try await KernelPair()
    let error = try #require(throws: IKCError.self) { try pair.client.post("poe://Nobody/test/take", 1) }
    #expect(error.code == .unknownKernel)
    #expect(error.specifier == "poe://Nobody/test/take")
    await pair.shutdown()
  }

  @Test(arguments: ["poe://Server//take?!", "a/b/c/d/e", "poe://Server/test"])
  func toNoSpecifierOrWithoutStateThrowsAtOnce(_ text: String) async throws {
    let pair = try await KernelPair()
    let specifier = Specifier(stringLiteral: text)
    let error = try #require(throws: IKCError.self) { try pair.client.post(specifier, 1) }
    #expect(error.code == .invalidSpecifier)
    await pair.shutdown()
  }

  @Test func withoutAKernelGoesToTheDefaultKernel() async throws {
    let received = Collector<String>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("take") { (text: String) in received.add(text) }
      try session.publish("take")
    }
    let error = try #require(throws: IKCError.self) { try pair.client.post("poe:/test/take", "early") }
    #expect(error.code == .unknownKernel)
    #expect(throws: IKCError.self) { try pair.client.setDefaultKernel("Nobody") }
    try pair.client.setDefaultKernel("Server")
    try pair.client.post("poe:/test/take", "long form")
    try pair.client.post("test/take", "short form")
    #expect(try await received.first(2) == ["long form", "short form"])
    await pair.shutdown()
  }

  @Test func toAllReachesEveryKernelAndThisOne() async throws {
    let received = Collector<String>()
    func prepare(_ kernel: Kernel, _ name: String) throws {
      let session = kernel.session("test")
      session.on("take") { (text: String) in received.add("\(name) \(text)") }
      try session.publish("take")
    }
    let pair = try await KernelPair { try prepare($0, "server") }
    try prepare(pair.client, "client")
    try pair.client.post("poe://*/test/take", "hello")
    #expect(Set(try await received.first(2)) == ["server hello", "client hello"])
    await pair.shutdown()
  }

  @Test func toThisKernelIsLikeAnyOther() async throws {
    let received = Collector<String>()
    let kernel = Kernel(name: "Alone")
    let session = kernel.session("test")
    session.on("take") { (text: String) in received.add(text) }
    try session.publish("take")
    try kernel.post("poe://Alone/test/take", "by name")
    try kernel.post(Specifier(kernel: kernel.id, session: "test", state: "take"), "by id")
    #expect(try await received.first(2) == ["by name", "by id"])
    let answer = try await kernel.call("poe://Alone/IKC/ping", as: String.self)
    #expect(answer == "PONG")
    await kernel.shutdown()
  }

  @Test func toAPeerThatDoesNotReadThrowsCongestedAndQueuesNothing() async throws {
    let silent = try SilentPeer()
    var settings = Configuration()
    settings.highWatermark = 64 << 10
    settings.lowWatermark = 16 << 10
    settings.linger = .milliseconds(50)
    let client = Kernel(name: "Client", configuration: settings)
    let channel = try await client.connect(to: silent.address)
    let target = Specifier(kernel: channel.name, session: "test", state: "take")
    let block = String(repeating: "x", count: 32 << 10)
    // The system takes some megabytes before it is full; until then, room comes back, on a busy machine after a while.
    var congestion: IKCError?
    while congestion == nil {
      do throws(IKCError) {
        try await client.post(target, block, waitingUpTo: .milliseconds(50))
        continue
      } catch {
        try #require(error.code == .congested)
      }
      let before = channel.unsentBytes
      do throws(IKCError) {
        try client.post(target, block)
      } catch {
        congestion = error
        #expect(channel.unsentBytes <= before)
      }
    }
    #expect(congestion?.code == .congested)
    let waiting = Task { try await client.post(target, "last", waitingUpTo: .seconds(60)) }
    silent.readEverything()
    try await waiting.value
    await client.shutdown(deadline: .seconds(1))
  }

  @Test func theSpecifiersArgsReachTheHandler() async throws {
    let received = Collector<[String?]>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("take") { (event: Event) throws -> Void in
        received.add([event.args] + (try event.arguments.map { $0.text }))
      }
      try session.publish("take")
    }
    try pair.client.post("poe://Server/test/take?extra", "first")
    #expect(try await received.first(1) == [["extra", "first", "extra"]])
    await pair.shutdown()
  }

  @Test func theSenderCanBePostedBackTo() async throws {
    let received = Collector<String>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("greet") { (event: Event) throws -> Void in
        try event.sender.post("greeted", "hello \(event.caller)")
      }
      session.on("several") { (event: Event) throws -> Void in
        try event.sender.post("listed", 1, "two", 3.5)
      }
      try session.publish("greet", "several")
    }
    let session = pair.client.session("receiver")
    session.on("greeted") { (event: Event) throws -> Void in
      #expect(event.sender.specifier?.session == "test")
      received.add(try event.decode(String.self))
    }
    session.on("listed") { (event: Event) throws -> Void in
      received.add(try event.arguments.map { $0.text ?? "?" }.joined(separator: " "))
    }
    try session.publish("greeted", "listed")
    try session.post("poe://Server/test/greet")
    try session.post("poe://Server/test/several")
    #expect(try await received.first(2) == ["hello Client", "1 two 3.5"])
    await pair.shutdown()
  }

  @Test func anEventWithoutSenderCannotBePostedBackTo() async throws {
    let codes = Collector<IKCError.Code>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("greet") { (event: Event) throws -> Void in
        do throws(IKCError) { try event.sender.post("greeted", "x") } catch { codes.add(error.code) }
      }
      try session.publish("greet")
    }
    try pair.client.session("unpublished").post("poe://Server/test/greet")
    #expect(try await codes.first(1) == [.invalidArgument])
    await pair.shutdown()
  }

  @Test func aKeptEventStaysReadable() async throws {
    let kept = Keeper()
    let done = Collector<Int>()
    let pair = try await KernelPair { server in
      let session = server.session("test")
      session.on("keep") { (event: Event) in kept.event = event }
      session.on("other") { (_: String) in }
      session.on("read") { (_: Event) throws -> Void in done.add(try kept.event?.decode(String.self).utf8.count ?? 0) }
      try session.publish("keep", "other", "read")
    }
    try pair.client.post("poe://Server/test/keep", String(repeating: "k", count: 1_000))
    for _ in 0..<1_000 { try pair.client.post("poe://Server/test/other", String(repeating: "o", count: 900)) }
    try pair.client.post("poe://Server/test/read")
    #expect(try await done.first(1) == [1_000])
    await pair.shutdown()
  }

  /// Keeps an event.
  // @unchecked: handlers run one at a time on the serial queue.
  private final class Keeper: @unchecked Sendable {
    var event: Event?
  }
}
