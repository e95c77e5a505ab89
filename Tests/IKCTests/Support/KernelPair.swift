import IKC
import TestSupport
import Testing

/// The transports over which every behaviour of a kernel is tested.
enum TestTransport: String, CaseIterable, CustomTestStringConvertible {
  case tcp4, tcp6, unix

  var testDescription: String { rawValue }

  func address(in folder: ScratchFolder) -> Address {
    switch self {
    case .tcp4: .tcp("127.0.0.1", port: 0)
    case .tcp6: .tcp("::1", port: 0)
    case .unix: .unix(folder.path("socket"))
    }
  }
}

/// A server and a client that are connected.
struct KernelPair {
  private let folder: ScratchFolder
  let server: Kernel
  let client: Kernel
  let listener: Listener
  /// The client's channel to the server.
  let channel: Channel

  init(
    _ transport: TestTransport = .tcp4, server serverSettings: Configuration = .init(),
    client clientSettings: Configuration = .init(), prepare: (Kernel) throws -> Void = { _ in }
  ) async throws {
    folder = try ScratchFolder()
    server = Kernel(name: "Server", configuration: serverSettings)
    client = Kernel(name: "Client", configuration: clientSettings)
    try prepare(server)
    listener = try await server.listen(on: transport.address(in: folder))
    channel = try await client.connect(to: listener.address)
  }

  func shutdown() async {
    await client.shutdown()
    await server.shutdown()
  }
}
