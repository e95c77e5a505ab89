import CUV

/// When a round began and when it is to end, in the floor's own clock.
struct RoundClock: Sendable {
  let began: UInt64
  /// Nil where operations are counted instead.
  let deadline: UInt64?

  init(_ limit: Limit) {
    began = uv_hrtime()
    deadline = limit.seconds == nil ? nil : began &+ limit.nanoseconds
  }

  static var now: UInt64 { uv_hrtime() }

  var seconds: Double { Double(uv_hrtime() &- began) / 1e9 }

  func hasEnded(at now: UInt64) -> Bool {
    deadline.map { now >= $0 } ?? false
  }
}
