import Foundation
import IKC
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HandedSocketTests {
  #if canImport(Darwin)
    private static let stream = SOCK_STREAM
    private static let datagram = SOCK_DGRAM
  #else
    private static let stream = Int32(SOCK_STREAM.rawValue)
    private static let datagram = Int32(SOCK_DGRAM.rawValue)
  #endif

  private static func socketPair(_ type: Int32 = stream) throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
    return (ends[0], ends[1])
  }

  /// Whether the other end's owner has closed it.
  private static func isClosedByPeer(_ descriptor: Int32) -> Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) == 0
  }

  private static func serving() throws -> Kernel {
    let kernel = Kernel(name: "Server")
    let session = kernel.session("test")
    session.on("double") { (number: Int) in 2 * number }
    try session.publish("double")
    return kernel
  }

  @Test(arguments: [NegotiationProtocol.ikc, .ikc0])
  func `a socket pair joins two kernels, one in each role`(_ negotiation: NegotiationProtocol) async throws {
    var settings = Configuration()
    settings.negotiation = negotiation
    let server = try Self.serving()
    let client = Kernel(name: "Client", configuration: settings)
    let (one, other) = try Self.socketPair()
    async let accepted = server.adopt(descriptor: one, as: .server)
    let channel = try await client.adopt(descriptor: other, as: .client)
    #expect(channel.name == server.id)
    let name = try await accepted.name
    #expect(name == client.id)
    #expect(channel.negotiationProtocol == negotiation)
    #expect(channel.peerAddress == nil && channel.ownAddress == nil)
    #expect(try await client.call("poe://Server/test/double", 21, as: Int.self) == 42)
    #expect(try await server.ping("Client") > .zero)
    await client.shutdown()
    try await eventually { server.channels.isEmpty }
    await server.shutdown()
  }

  @Test(arguments: [false, true])
  func `a task that is cancelled waits no longer, and the channel that comes is closed`(_ isEarly: Bool) async throws {
    let server = try Self.serving()
    let client = Kernel(name: "Client")
    let (one, other) = try Self.socketPair()
    let task = Task {
      if isEarly { withUnsafeCurrentTask { $0?.cancel() } }
      return try await client.adopt(descriptor: other, as: .client)
    }
    task.cancel()
    let error = await #expect(throws: IKCError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    // The other end learns of it only once it has negotiated.
    let channel = try await server.adopt(descriptor: one, as: .server)
    #expect(channel.name == client.id)
    try await eventually { server.channels.isEmpty && client.channels.isEmpty }
    await client.shutdown()
    await server.shutdown()
  }

  @Test func `many pairs do not take each other's names`() async throws {
    let server = try Self.serving()
    let clients = (0..<20).map { Kernel(name: "Client\($0)") }
    for client in clients {
      let (one, other) = try Self.socketPair()
      async let accepted = server.adopt(descriptor: one, as: .server)
      _ = try await client.adopt(descriptor: other, as: .client)
      _ = try await accepted
    }
    #expect(server.registeredKernels.count == 20)
    for kernel in server.registeredKernels { #expect(kernel.aliases.count >= 2) }
    for client in clients { await client.shutdown() }
    await server.shutdown()
  }

  @Test func `the completion form runs on the serial queue`() async throws {
    let server = try Self.serving()
    let client = Kernel(name: "Client")
    let (one, other) = try Self.socketPair()
    let results = Collector<String>()
    server.adopt(descriptor: one, as: .server) { result in results.add((try? result.get().name) ?? "failed") }
    client.adopt(descriptor: other, as: .client) { result in results.add((try? result.get().name) ?? "failed") }
    #expect(Set(try await results.first(2)) == [client.id, server.id])
    await client.shutdown()
    await server.shutdown()
  }

  @Test func `a TCP connection that the program made is taken over as well`() async throws {
    let server = try Self.serving()
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    guard case .tcp(_, let port) = listener.address else { throw POSIXError(.EINVAL) }
    let descriptor = socket(AF_INET, Self.stream, 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    place.sin_port = UInt16(port).bigEndian
    let status = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(status == 0)
    let client = Kernel(name: "Client")
    let channel = try await client.adopt(descriptor: descriptor, as: .client)
    #expect(channel.peerAddress == listener.address)
    #expect(try await client.call("poe://Server/test/double", 4, as: Int.self) == 8)
    await client.shutdown()
    await server.shutdown()
  }

  @Test func `what is no connected stream socket is refused and closed`() async throws {
    let kernel = Kernel(name: "Client")
    let (datagram, otherDatagram) = try Self.socketPair(Self.datagram)
    defer { close(otherDatagram) }
    let unconnected = socket(AF_UNIX, Self.stream, 0)
    let file = open("/dev/null", O_RDWR)
    for descriptor in [datagram, unconnected, file, 1 << 20] {
      for role in [NegotiationRole.client, .server] {
        let copy = dup(descriptor)
        let error = try await #require(throws: IKCError.self) {
          try await kernel.adopt(descriptor: copy >= 0 ? copy : descriptor, as: role)
        }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains("no connected stream socket"))
      }
      close(descriptor)
    }
    await kernel.shutdown()
  }

  @Test func `it is closed also where the kernel can't use it`() async throws {
    let unusable = Kernel(name: "a/b")
    let (one, other) = try Self.socketPair()
    let name = try await #require(throws: IKCError.self) { try await unusable.adopt(descriptor: one, as: .client) }
    #expect(name.code == .invalidArgument && name.message.contains("a/b"))
    #expect(Self.isClosedByPeer(other))
    close(other)
    await unusable.shutdown()

    let (first, second) = try Self.socketPair()
    let over = try await #require(throws: IKCError.self) { try await unusable.adopt(descriptor: first, as: .server) }
    #expect(over.code == .shutdown)
    #expect(Self.isClosedByPeer(second))
    close(second)
  }

  @Test func `a negotiation that fails closes it`() async throws {
    let kernel = Kernel(name: "Client")
    let (one, other) = try Self.socketPair()
    shutdown(other, Int32(SHUT_WR))
    let error = try await #require(throws: IKCError.self) { try await kernel.adopt(descriptor: one, as: .client) }
    #expect(error.code == .negotiationFailed)
    // What the client said is still there; behind it is the end.
    while !Self.isClosedByPeer(other) {
      var byte: UInt8 = 0
      recv(other, &byte, 1, 0)
    }
    close(other)
    await kernel.shutdown()
  }
}
