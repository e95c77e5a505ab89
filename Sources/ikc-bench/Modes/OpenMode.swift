/// An open loop: calls at a fixed rate, as clients that know nothing of one another make them.
struct OpenMode {
  var settings: Settings
  var rate: Double

  static let defaultRate = 20_000.0

  func measure() async throws -> Comparison {
    let connections = settings.connections ?? 1
    let payload = settings.payload()
    let wire = try await WireProbe.record(settings, payload: payload)
    let driver = RateDriver(rate: rate, payload: payload)
    let floor = FloorTrial(.rate(rate), wire: wire.callSizes, connections: connections, settings: settings)
    var comparison = try await settings.runner.measure(
      mode: "open",
      title: settings.title("open", connections: connections) + " · \(grouped(Int(rate)))/s",
      unit: .calls,
      trials: settings.trials(floor, [(.ikc, driver)], perl: driver, connections: connections))
    comparison.isPaced = true
    comparison.note = "Latency counts from when a call was due, so that a stall is charged to all calls it delays."
    return comparison
  }
}
