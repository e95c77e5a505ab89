/// Posts with long strings, which the receiver's handler counts, or decodes to a `String`: how many octets of them in a second.
struct BulkMode {
  var settings: Settings

  func measure() async throws -> Comparison {
    let connections = settings.connections ?? 1
    let payload = settings.payload(1 << 20)
    let wire = try await WireProbe.record(settings, payload: payload, postTo: BenchSession.take)
    let counted = PostDriver(state: BenchSession.count, payload: payload)
    let decoded = PostDriver(state: BenchSession.take, payload: payload)
    return try await settings.runner.measure(
      mode: "bulk", title: settings.title("bulk", connections: connections), unit: .megabytes,
      scale: Double(payload.utf8.count) / 1e6,
      trials: settings.trials(
        FloorTrial(.post, wire: wire.postSizes, connections: connections, settings: settings),
        [(.ikc("counted"), counted), (.ikc("decoded"), decoded)], perl: decoded, connections: connections))
  }
}
