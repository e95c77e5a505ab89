import IKC

/// Kernels in any mode: clients of our own against a server, ours or Perl's.
final class KernelTrial: Trial {
  let contender: Contender
  private let kind: Server.Kind
  private let driver: any Driver
  private let connections: Int
  private let settings: Settings
  private var server: Server?
  private var clients: [Client] = []
  private var loop: ClientLoop?

  init(
    _ contender: Contender, server kind: Server.Kind, _ driver: any Driver, connections: Int, settings: Settings
  ) {
    self.contender = contender
    self.kind = kind
    self.driver = driver
    self.connections = connections
    self.settings = settings
  }

  func prepare() async throws {
    let server = try Server.start(kind, settings)
    self.server = server
    if connections > 1 { loop = try ClientLoop() }
    for _ in 0..<connections {
      clients.append(try await Client.connect(to: server.address, settings, on: loop))
    }
  }

  func round(_ limit: Limit) async throws -> Sample {
    guard let server else { throw Failure("\(contender.name) is not prepared") }
    return try await driver.run(Target(address: server.address, clients: clients), limit)
  }

  func finish() async {
    for client in clients { await client.kernel.shutdown() }
    clients = []
    await loop?.stop()
    loop = nil
    server?.stop()
    server = nil
  }
}
