/// One contender with many connections. The client is the C client for all
/// alike, so that the server alone is what differs; with a kernel it negotiates.
struct IdleTrial {
  enum Kind: Sendable {
    case floor
    case kernel(Server.Kind)
  }

  struct Result {
    var bytesPerConnection: Double
    var alone: [Sample] = []
    var beside: [Sample] = []
  }

  let contender: Contender
  private let kind: Kind
  private let wire: WireProbe
  private let connections: Int
  private let busy: Int
  private let settings: Settings

  /// Connections that make the server touch what it needs once, before memory is read.
  private static let warmUpConnections = 64
  private static let defaultDepth = 16

  init(
    _ contender: Contender, server kind: Kind, wire: WireProbe, connections: Int, busy: Int, _ settings: Settings
  ) {
    self.contender = contender
    self.kind = kind
    self.wire = wire
    self.connections = connections
    self.busy = busy
    self.settings = settings
  }

  func run() async throws -> Result {
    let server: Server
    let client: FloorClient
    switch kind {
    case .floor:
      server = .process(try FloorTrial.serve(reply: wire.replyLength, settings))
      client = try FloorClient(server.address, frame: Frames.frame(body: wire.call))
    case .kernel(let kind):
      server = try Server.start(kind, settings)
      client = try FloorClient(
        server.address, frame: Frames.frame(body: wire.call),
        identity: FloorClient.Identity(id: wire.identity, freezer: wire.freezer))
    }
    defer {
      client.close()
      server.stop()
    }
    return try await measure(server, client)
  }

  private func measure(_ server: Server, _ client: FloorClient) async throws -> Result {
    let progress = settings.runner.progress
    let title = "idle · \(contender.name)"
    let first = min(max(busy, Self.warmUpConnections), connections)
    try await client.open(first)
    _ = try await rounds(client, connections: first, limit: settings.limit.warmUp, count: 1) { _ in }
    let alone = try await busyRounds(client) { progress.show(title, "busy alone, round \($0)") }
    guard let before = server.residentBytes else { throw Failure("cannot read the memory of the server process") }
    progress.show(title, "opening \(grouped(connections)) connections")
    try await client.open(connections)
    guard let after = server.residentBytes else { throw Failure("the server process has ended") }
    let beside = try await busyRounds(client) { progress.show(title, "busy beside idle, round \($0)") }
    progress.clear()
    let opened = max(connections - first, 1)
    return Result(
      bytesPerConnection: Double(max(after - before, 0)) / Double(opened), alone: alone, beside: beside)
  }

  private func busyRounds(_ client: FloorClient, _ show: (Int) -> Void) async throws -> [Sample] {
    guard busy > 0 else { return [] }
    return try await rounds(client, connections: busy, limit: settings.limit, count: settings.rounds, show)
  }

  private func rounds(
    _ client: FloorClient, connections: Int, limit: Limit, count: Int, _ show: (Int) -> Void
  ) async throws -> [Sample] {
    var samples: [Sample] = []
    for round in 1...count {
      show(round)
      let load = FloorClient.Load.call(depth: settings.depth ?? Self.defaultDepth)
      samples.append(try await client.run(load, connections: connections, sampleEvery: 7, limit))
    }
    return samples
  }
}
