import Foundation
import IKC
import TestSupport
import Testing

/// A light client and Swift kernels.
@Suite(.timeLimit(.minutes(5))) struct LightClientTests {
  private struct Point: Codable, Equatable, Sendable {
    var x: Int
    var name: String?
  }

  private struct Refusal: Error, CustomStringConvertible {
    let description = "the handler refuses"
  }

  /// A kernel that serves.
  private struct Server {
    private let folder: ScratchFolder
    let kernel: Kernel
    let address: Address
    let counted = Collector<Int>()

    init(
      _ transport: TestTransport = .tcp4, _ negotiation: NegotiationProtocol = .ikc0,
      serializers: [any Serializer] = [StorableSerializer()]
    ) async throws {
      folder = try ScratchFolder()
      var configuration = Configuration()
      configuration.negotiation = negotiation
      configuration.serializers = serializers
      kernel = Kernel(name: "Server", configuration: configuration)
      let test = kernel.session("test")
      test.on("echo") { (value: Value) in value }
      test.on("sum") { (numbers: [Int]) in numbers.reduce(0, +) }
      test.on("list") { (_: Event) in [1, 2, 3] }
      test.on("undef") { (_: Event) in Value.undef }
      test.on("whoami") { (event: Event) in event.caller }
      test.on("refuse") { (event: Event) throws -> Int in
        if try event.decode(Int.self) == 0 { return 0 }
        throw Refusal()
      }
      test.on("count") { [counted] (number: Int) -> Void in counted.add(number) }
      test.on("notify") { (event: Event) throws -> Void in
        for number in 1...(try event.decode(Int.self)) { try event.sender.post("tick", .int(Int64(number)), "x") }
      }
      test.on("respond") { [kernel] (event: Event) throws -> Void in
        let params = try event.params
        let rsvp = params[1]
        try kernel.post(
          Specifier(
            kernel: rsvp?["kernel"]?.text ?? "", session: rsvp?["session"]?.text ?? "",
            state: rsvp?["state"]?.text ?? ""), params[0] ?? .undef)
      }
      try test.publish(
        "echo", "sum", "list", "undef", "whoami", "refuse", "count", "notify", "respond")
      address = try await kernel.listen(on: transport.address(in: folder)).address
    }
  }

  private static let negotiations: [NegotiationProtocol] = [.ikc, .ikc0]

  @Test(arguments: TestTransport.allCases, negotiations)
  func `does all that ClientLite does`(_ transport: TestTransport, _ negotiation: NegotiationProtocol) async throws {
    for theirs in Self.negotiations {
      let server = try await Server(transport, theirs)
      let address = server.address
      try await blocking {
        var configuration = LightClient.Configuration()
        configuration.negotiation = negotiation
        let client = try LightClient(address, name: "Lite", configuration: configuration)
        #expect(!client.isConnected)
        try client.connect()
        #expect(client.isConnected)
        #expect(client.kernelNames.contains("Server"))
        #expect(client.serializer == "Storable")
        #expect(client.negotiationProtocol == (negotiation == .ikc ? .ikc : theirs))
        try client.ping()
        #expect(try client.call("test/echo", Point(x: 1, name: "é€"), as: Point.self) == Point(x: 1, name: "é€"))
        #expect(try client.call("test/sum", [1, 2, 3], as: Int.self) == 6)
        #expect(try client.call("poe://Server/test/sum", [1], as: Int.self) == 1)
        #expect(try client.call(Specifier(session: "test", state: "sum"), [1, 1], as: Int.self) == 2)
        #expect(try client.call("test/list", as: [Int].self, wantArray: true) == [1, 2, 3])
        #expect(try client.call("test/echo", 5, as: [Int].self, wantArray: true) == [5])
        #expect(try client.call("test/undef", as: Int?.self) == nil)
        #expect(try client.call("test/whoami", as: String.self) == "Lite")
        try client.post("test/count", 7)
        #expect(try client.postRespond("test/respond", "later", as: String.self) == "later")
        try client.post("test/notify", 2)
        #expect(try client.responded("tick", as: [Value].self).count == 2)
        #expect(try client.responded("tick", as: [String].self) == ["2", "x"])
        try client.ping()
        #expect(client.lastError == nil)
        client.disconnect()
        #expect(!client.isConnected)
      }
      #expect(try await server.counted.first(1) == [7])
      await server.kernel.shutdown()
    }
  }

  @Test func `errors arrive as text and name peer and specifier`() async throws {
    let server = try await Server()
    let address = server.address
    try await blocking {
      let client = try LightClient(address)
      let unpublished = #expect(throws: IKCError.self) { try client.call("test/nosuch", 1, as: Value.self) }
      #expect(unpublished?.code == .remote)
      #expect(unpublished?.message.hasPrefix("Session 'test' has not published state 'nosuch'.") == true)
      #expect(unpublished?.peer == client.kernel)
      #expect(unpublished?.specifier?.hasSuffix("/test/nosuch") == true)
      let thrown = #expect(throws: IKCError.self) { try client.call("test/refuse", 1, as: Int.self) }
      #expect(thrown?.message.hasPrefix("the handler refuses") == true)
      let type = #expect(throws: IKCError.self) { try client.call("test/echo", "text", as: Int.self) }
      #expect(type?.code == .cannotDecode)
      let nonsense = #expect(throws: IKCError.self) { try client.call("test", as: Int.self) }
      #expect(nonsense?.code == .invalidSpecifier)
      #expect(try client.call("test/sum", [1], as: Int.self) == 1)
    }
    await server.kernel.shutdown()
  }

  @Test func `the error of an earlier post is not that of a call, even to the same place`() async throws {
    let server = try await Server()
    let address = server.address
    try await blocking {
      let client = try LightClient(address)
      try client.post("test/nosuch", 1)
      try client.post("test/refuse", 1)
      #expect(try client.call("test/refuse", 0, as: Int.self) == 0)
      #expect(client.lastError?.message.contains("the handler refuses") == true)
      client.lastError = nil
      try client.post("test/refuse", 1)
      let error = #expect(throws: IKCError.self) { try client.call("test/refuse", 2, as: Int.self) }
      #expect(error?.code == .remote)
      #expect(client.lastError?.code == .remote)
    }
    await server.kernel.shutdown()
  }

  @Test(arguments: [1, 3]) func `a late answer does no harm`(_ copies: Int) async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      let first = peer.message()
      // The client waits for another answer by now; those to the first come before it.
      let second = peer.message()
      for _ in 0..<copies { peer.answer(first, 1) }
      peer.answer(second, 2)
      let third = peer.message()
      peer.answer(second, 2)
      peer.answer(first, 1)
      peer.answer(third, 3)
      peer.drain()
    }
    let address = try Address(server.address)
    try await blocking {
      let client = try LightClient(address)
      let error = #expect(throws: IKCError.self) { try client.call("a/b", as: Int.self, timeout: .milliseconds(20)) }
      #expect(error?.code == .timedOut)
      #expect(client.isConnected)
      #expect(try client.call("a/b", as: Int.self) == 2)
      #expect(try client.call("a/b", as: Int.self) == 3)
      #expect(client.lastError == nil && client.droppedEvents == 0)
    }
  }

  @Test func `connects anew after the peer has gone and come back`() async throws {
    let folder = try ScratchFolder()
    let address = Address.unix(folder.path("socket"))
    let (steps, next) = AsyncStream.makeStream(of: Void.self)
    let resume = DispatchSemaphore(value: 0)
    let client = Task {
      try await blocking {
        let client = try LightClient(address)
        #expect(try client.call("test/number", as: Int.self) == 1)
        next.yield()
        resume.wait()
        let error = #expect(throws: IKCError.self) { try client.post("test/number") }
        #expect(error?.code == .connectFailed)
        #expect(!client.isConnected)
        next.yield()
        resume.wait()
        #expect(try client.call("test/number", as: Int.self) == 2)
        next.yield()
        resume.wait()
        // The connection ended unseen: the call goes out once more.
        #expect(try client.call("test/number", as: Int.self) == 3)
        next.finish()
      }
    }
    var kernel = try await Self.numbered(1, at: address)
    var iterator = steps.makeAsyncIterator()
    await iterator.next()
    await kernel.shutdown(deadline: .zero)
    resume.signal()
    await iterator.next()
    kernel = try await Self.numbered(2, at: address)
    resume.signal()
    await iterator.next()
    await kernel.shutdown(deadline: .zero)
    kernel = try await Self.numbered(3, at: address)
    resume.signal()
    try await client.value
    await kernel.shutdown(deadline: .zero)
  }

  private static func numbered(_ number: Int, at address: Address) async throws -> Kernel {
    let kernel = Kernel(name: "Server")
    let session = kernel.session("test")
    session.on("number") { (_: Event) in number }
    try session.publish("number")
    _ = try await kernel.listen(on: address)
    return kernel
  }

  @Test func `several clients of one process do not mix up their answers`() async throws {
    let server = try await Server()
    let address = server.address
    try await withThrowingTaskGroup { group in
      for number in 0..<8 {
        group.addTask {
          try await blocking {
            let client = try LightClient(address)
            for round in 0..<50 {
              #expect(try client.call("test/echo", [number, round], as: [Int].self) == [number, round])
            }
          }
        }
      }
      try await group.waitForAll()
    }
    await server.kernel.shutdown()
  }

  /// Writes what Storable writes, behind a byte of its own.
  private struct OwnSerializer: Serializer {
    let package = "Own::Format"

    func encode(_ value: Value) throws(IKCError) -> [UInt8] { [0x21] + (try StorableSerializer().encode(value)) }

    func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value {
      guard bytes.first == 0x21 else { throw IKCError(.cannotDecode, "no mark") }
      return try StorableSerializer().decode(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
    }
  }

  @Test(arguments: negotiations, [OwnSerializer(), JSONSerializer()] as [any Serializer])
  func `talks in any serializer`(_ negotiation: NegotiationProtocol, _ serializer: any Serializer) async throws {
    let server = try await Server(.tcp4, negotiation, serializers: [StorableSerializer(), serializer])
    let address = server.address
    try await blocking {
      var configuration = LightClient.Configuration()
      configuration.negotiation = negotiation
      configuration.serializers = [serializer]
      let client = try LightClient(address, name: "Lite", configuration: configuration)
      try client.connect()
      #expect(client.serializer == serializer.package)
      try client.ping()
      #expect(try client.call("test/echo", Point(x: 1, name: "é€"), as: Point.self) == Point(x: 1, name: "é€"))
      #expect(try client.call("test/list", as: [Int].self, wantArray: true) == [1, 2, 3])
      #expect(try client.call("test/undef", as: Int?.self) == nil)
      try client.post("test/notify", 1)
      #expect(try client.responded("tick", as: [String].self) == ["1", "x"])
      try client.post("test/refuse", 1)
      let error = #expect(throws: IKCError.self) { try client.call("test/refuse", 1, as: Int.self) }
      #expect(error?.message.hasPrefix("the handler refuses") == true)
      #expect(try client.call("test/refuse", 0, as: Int.self) == 0)
    }
    await server.kernel.shutdown()
  }

  @Test func `large parameters go both ways while neither side can hold them`() async throws {
    let server = try await Server()
    let address = server.address
    try await blocking {
      let client = try LightClient(address)
      let text = String(repeating: "x", count: 8 << 20)
      // The answers of the first posts wait in the sockets when the next one goes out.
      for _ in 0..<3 { try client.post("test/echo", text) }
      #expect(try client.call("test/echo", text, as: String.self) == text)
    }
    await server.kernel.shutdown()
  }

  @Test func `what makes no sense fails at once`() async throws {
    let nowhere = Address.tcp("127.0.0.1", port: 1)
    func code(_ body: () throws -> Void) -> IKCError.Code? { #expect(throws: IKCError.self, performing: body)?.code }
    #expect(code { _ = try LightClient(nowhere, name: "a/b") } == .invalidArgument)
    var configuration = LightClient.Configuration()
    configuration.serializers = []
    #expect(code { _ = try LightClient(nowhere, configuration: configuration) } == .invalidArgument)
    configuration = .init()
    configuration.callTimeout = .zero
    #expect(code { _ = try LightClient(nowhere, configuration: configuration) } == .invalidArgument)
    let client = try LightClient(nowhere)
    #expect(code { try client.connect() } == .connectFailed)
    #expect(code { try client.connect(timeout: .zero) } == .invalidArgument)
    #expect(code { try client.ping() } == .channelClosed)
    #expect(code { _ = try client.responded("a/b", as: Value.self) } == .invalidArgument)
    #expect(code { _ = try client.responded("tick", as: Value.self) } == .channelClosed)
    #expect(code { try LightClient(.tcp("no.such.host.invalid", port: 1)).connect() } == .connectFailed)
    #expect(code { try LightClient(.unix("/nowhere/at/all")).connect() } == .connectFailed)
    #expect(code { try LightClient(.unix(String(repeating: "x", count: 300))).connect() } == .invalidArgument)
  }
}
