/// What one round gave.
struct Sample: Sendable {
  var operations: UInt64
  var seconds: Double
  var recorder: Recorder?

  /// Operations a second.
  var rate: Double {
    seconds > 0 ? Double(operations) / seconds : 0
  }

  /// What several did in the same time.
  static func sum(_ parts: [Sample], seconds: Double) -> Sample {
    var recorder = Recorder()
    for part in parts { if let own = part.recorder { recorder.merge(own) } }
    return Sample(operations: parts.reduce(0) { $0 + $1.operations }, seconds: seconds, recorder: recorder)
  }
}
