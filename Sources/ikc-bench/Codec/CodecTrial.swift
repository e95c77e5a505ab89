import IKC

/// One direction of one serializer in this process.
final class CodecTrial: Trial {
  let contender: Contender
  private let operation: () throws -> Void

  init(_ contender: Contender, _ operation: @escaping () throws -> Void) {
    self.contender = contender
    self.operation = operation
  }

  func prepare() async throws {}

  func round(_ limit: Limit) async throws -> Sample {
    let clock = RoundClock(limit)
    let total = limit.operations ?? .max
    // A look at the clock is cheap beside the larger values, and rare beside the small ones.
    var stride: UInt64 = 1
    var done: UInt64 = 0
    while done < total {
      let now = RoundClock.now
      if clock.hasEnded(at: now) { break }
      if now - clock.began < 1_000_000, done >= stride * 8 { stride *= 2 }
      for _ in 0..<min(stride, total - done) { try operation() }
      done += min(stride, total - done)
    }
    return Sample(operations: done, seconds: clock.seconds, recorder: nil)
  }

  func finish() async {}
}
