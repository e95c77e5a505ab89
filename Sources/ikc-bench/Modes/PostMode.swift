/// One-way posts: how many the receiver counts in a second.
struct PostMode {
  var settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
  }

  func measure() async throws -> Comparison {
    let connections = settings.connections ?? 1
    let wire = WireSizes(request: (settings.size ?? 64) + 100, reply: 0)
    return try await settings.runner.measure(
      mode: "post", title: settings.title("post", connections: connections), unit: .posts,
      trials: [FloorTrial(.post, wire: wire, connections: connections, settings: settings)])
  }
}
