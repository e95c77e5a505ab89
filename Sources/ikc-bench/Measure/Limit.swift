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

  /// One of several equal parts of the operations; the time is the same for all.
  func share(_ index: Int, of count: Int) -> Limit {
    let part = operations.map { $0 / UInt64(count) + (UInt64(index) < $0 % UInt64(count) ? 1 : 0) }
    return Limit(operations: part, seconds: seconds)
  }
}
