/// Connections made and ended: connect, negotiate, one ping, close.
struct ConnectMode {
  var settings: Settings

  static let defaultWorkers = 4

  func measure() async throws -> Comparison {
    let workers = settings.depth ?? Self.defaultWorkers
    let wire = try await WireProbe.record(settings, payload: "")
    let driver = ConnectDriver(workers: workers, settings: settings)
    return try await settings.runner.measure(
      mode: "connect", title: workers == 1 ? "connect · 1 worker" : "connect · \(workers) workers", unit: .connects,
      trials: settings.trials(
        FloorTrial(.connect(workers: workers), wire: wire.callSizes, connections: 0, settings: settings),
        [(.ikc, driver)], perl: driver, connections: 0))
  }
}
