/// When a round ends: after so many operations or so much time, whichever comes first.
struct Limit: Sendable, Hashable {
  var operations: UInt64?
  var seconds: Double?

  var nanoseconds: UInt64 {
    seconds.map { UInt64($0 * 1e9) } ?? 0
  }

  /// A short round of the same kind, to warm caches and connections up.
  var warmUp: Limit {
    Limit(operations: operations.map { max(1, $0 / 10) }, seconds: seconds.map { $0 / 3 })
  }
}
