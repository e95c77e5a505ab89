/// One-way posts: how many the receiver counts in a second.
struct PostMode {
  var settings: Settings

  func measure() async throws -> Comparison {
    let connections = settings.connections ?? 1
    let payload = settings.payload()
    let wire = try await WireProbe.record(settings, payload: payload)
    let driver = PostDriver(state: BenchSession.count, payload: payload)
    return try await settings.runner.measure(
      mode: "post", title: settings.title("post", connections: connections), unit: .posts,
      trials: settings.trials(
        FloorTrial(.post, wire: wire.postSizes, connections: connections, settings: settings),
        [(.ikc, driver)], perl: driver, connections: connections))
  }
}
