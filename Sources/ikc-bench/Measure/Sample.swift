/// What one round gave.
struct Sample: Sendable {
  var operations: UInt64
  var seconds: Double
  var recorder: Recorder?

  /// Operations a second.
  var rate: Double {
    seconds > 0 ? Double(operations) / seconds : 0
  }
}
