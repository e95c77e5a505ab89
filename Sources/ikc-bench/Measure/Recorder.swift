import Histogram

/// Latencies and throughput over time of one round, recorded by one thread.
struct Recorder: Sendable {
  /// Width of a slice of the throughput, in nanoseconds.
  static let sliceWidth: UInt64 = 10_000_000
  /// More slices than a round of ten minutes has are not kept.
  static let sliceLimit = 60_000

  /// Latencies in nanoseconds.
  private(set) var latencies = Histogram<UInt64>(
    lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .three)
  /// Operations done in each slice since the round began.
  private(set) var slices: [UInt64] = []

  mutating func record(latency: UInt64) {
    latencies.record(latency)
  }

  mutating func progress(at sinceStart: UInt64, operations: UInt64) {
    let slice = Int(truncatingIfNeeded: min(sinceStart / Self.sliceWidth, UInt64(Self.sliceLimit)))
    while slices.count <= slice { slices.append(0) }
    slices[slice] &+= operations
  }

  /// Takes in what another thread recorded in the same round.
  mutating func merge(_ other: Recorder) {
    latencies.add(other.latencies)
    while slices.count < other.slices.count { slices.append(0) }
    for (index, operations) in other.slices.enumerated() { slices[index] &+= operations }
  }
}
