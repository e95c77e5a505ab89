/// Calls: how many are answered in a second, and how long each takes.
struct CallMode {
  var settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
  }

  func measure() async throws -> Comparison {
    let connections = settings.connections ?? 1
    let depth = settings.depth ?? 128
    let wire = WireSizes(request: (settings.size ?? 64) + 200, reply: (settings.size ?? 64) + 100)
    return try await settings.runner.measure(
      mode: "call", title: settings.title("call", connections: connections, depth: depth), unit: .calls,
      trials: [
        FloorTrial(
          .call(depth: depth), wire: wire, connections: connections, sampleEvery: depth > 1 ? 7 : 1,
          settings: settings)
      ])
  }
}
