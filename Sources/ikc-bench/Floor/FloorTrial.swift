/// The floor in any mode: the C client against the C server.
final class FloorTrial: Trial {
  let contender = Contender.floor
  private let load: FloorClient.Load
  private let wire: WireSizes
  private let connections: Int
  private let sampleEvery: Int
  private let settings: Settings
  private var server: ServerProcess?
  private var client: FloorClient?

  init(
    _ load: FloorClient.Load, wire: WireSizes, connections: Int, sampleEvery: Int = 1, settings: Settings
  ) {
    self.load = load
    self.wire = wire
    self.connections = connections
    self.sampleEvery = sampleEvery
    self.settings = settings
  }

  func prepare() async throws {
    var reply = wire.reply
    if case .post = load { reply = 0 }
    let server = try Self.serve(reply: reply, settings)
    self.server = server
    let client = try FloorClient(server.address, frame: Frames.frame(bodyLength: wire.request))
    self.client = client
    if case .connect = load { return }
    try await client.open(connections)
  }

  static func serve(reply: Int, _ settings: Settings) throws -> ServerProcess {
    try ServerProcess(serve: [
      "--floor", "--listen", settings.freshAddress().description, "--reply", String(reply),
      "--loops", String(settings.loops),
    ])
  }

  func round(_ limit: Limit) async throws -> Sample {
    guard let client else { throw Failure("the floor is not prepared") }
    return try await client.run(load, connections: connections, sampleEvery: sampleEvery, limit)
  }

  func finish() async {
    client?.close()
    client = nil
    server?.stop()
    server = nil
  }
}

/// Octets of the bodies of the frames that a mode puts on the wire.
struct WireSizes: Sendable, Hashable {
  var request: Int
  var reply: Int
}
