/// Connections made and ended: connect, negotiate, one ping, close.
struct ConnectMode {
  var settings: Settings

  static let defaultWorkers = 4
  /// How many connections a measurement makes at most. A connection's port is taken for a minute after its end, and the system has
  /// some 28,000: near that it looks for one for milliseconds, which is no property of anybody here.
  private static let ports: UInt64 = 20_000

  func measure() async throws -> Comparison {
    var settings = settings
    if !settings.unix, settings.limit.operations == nil {
      settings.limit.operations = Self.ports / UInt64(settings.rounds * (settings.perl ? 3 : 2) + 1)
    }
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
