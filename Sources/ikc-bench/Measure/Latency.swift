import Histogram

/// Percentiles of latency over all rounds of a row, in microseconds.
struct Latency: Sendable, Equatable {
  struct Point: Sendable, Equatable {
    var percentile: Double
    var microseconds: Double
  }

  var p50: Double
  var p99: Double
  var p999: Double
  var samples: UInt64
  /// From the fastest to the slowest, ever closer to 100.
  var curve: [Point]

  static let percentiles: [Double] = [
    0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.975, 99.99, 99.999,
  ]

  /// Nil where nothing was recorded.
  init?(_ histogram: Histogram<UInt64>) {
    guard histogram.totalCount > 0 else { return nil }
    func microseconds(_ percentile: Double) -> Double {
      Double(histogram.valueAtPercentile(percentile)) / 1000
    }
    samples = histogram.totalCount
    p50 = microseconds(50)
    p99 = microseconds(99)
    p999 = microseconds(99.9)
    // A percentile that fewer than one sample lies beyond says nothing.
    curve = Self.percentiles
      .filter { (100 - $0) / 100 * Double(histogram.totalCount) >= 1 }
      .map { Point(percentile: $0, microseconds: microseconds($0)) }
  }
}
