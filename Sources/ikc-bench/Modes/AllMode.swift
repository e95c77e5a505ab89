/// The lot, in less than two minutes.
struct AllMode {
  var settings: Settings

  /// Enough to be far more than the caches hold, and quickly done.
  private static let growthChannels = 20_000
  /// Beside 15,000 idle connections.
  private static let busyConnections = 64

  func measure() async throws -> [Comparison] {
    var comparisons: [Comparison] = []
    comparisons.append(try await PostMode(settings: with()).measure())
    for (connections, depth) in [(1, 1), (1, 128), (64, 16)] {
      comparisons.append(try await CallMode(settings: with(connections, depth)).measure())
    }
    comparisons.append(try await OpenMode(settings: with(), rate: OpenMode.defaultRate).measure())
    if settings.connect == nil {
      comparisons.append(try await ConnectMode(settings: with()).measure())
      comparisons += try await idle()
      var growth = with(Self.growthChannels)
      growth.limit = Limit(operations: 50_000, seconds: nil)
      comparisons += try await GrowthMode(settings: growth).measure()
    }
    comparisons.append(try await BulkMode(settings: with(size: 1 << 20)).measure())
    // Many figures, on one thread that waits for nobody: a third of the time is enough for each.
    var codec = with()
    codec.limit.seconds = codec.limit.seconds.map { $0 / 3 }
    comparisons += try await CodecMode(settings: codec).measure()
    comparisons += try await SizesMode(settings: with()).measure()
    return comparisons
  }

  private func idle() async throws -> [Comparison] {
    let connections = settings.connections ?? IdleMode.defaultConnections
    let busy = 100 * Double(Self.busyConnections) / Double(max(connections, Self.busyConnections))
    return try await IdleMode(settings: with(connections), busyPercent: busy).measure()
  }

  /// The settings with the load that a mode is known by.
  private func with(_ connections: Int? = nil, _ depth: Int? = nil, size: Int? = nil) -> Settings {
    var settings = self.settings
    settings.connections = connections
    settings.depth = depth
    settings.size = size ?? self.settings.size
    return settings
  }
}
