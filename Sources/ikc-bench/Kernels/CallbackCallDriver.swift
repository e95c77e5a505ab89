import IKC

/// Calls with a callback, which makes the next call: the form without tasks.
struct CallbackCallDriver: Driver {
  var depth: Int
  var payload: String
  var sampleEvery: Int

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    try await target.together(limit) { client, share, clock in
      let specifier = try client.specifier(BenchSession.echo)
      return try await withCheckedThrowingContinuation { continuation in
        let caller = CallbackCaller(self, client.kernel, specifier, share, clock) { continuation.resume(with: $0) }
        caller.start()
      }
    }
  }
}

/// The calls of one connection.
// @unchecked: after `start` everything is touched on the kernel's serial queue alone.
private final class CallbackCaller: @unchecked Sendable {
  private let kernel: Kernel
  private let specifier: Specifier
  private let payload: String
  private let sampleEvery: UInt64
  private let clock: RoundClock
  private let depth: Int
  private var left: UInt64
  private var outstanding = 0
  private var operations: UInt64 = 0
  private var hasEnded = false
  private var recorder = Recorder()
  private var completion: ((Result<Sample, any Error>) -> Void)?
  private var slots: [Slot] = []

  /// One of the calls that are under way at the same time. Its callback is made once.
  // @unchecked: used on the serial queue alone.
  private final class Slot: @unchecked Sendable {
    var began: UInt64 = 0
    var turn: UInt64 = 0
    var callback: @Sendable (Result<Reply, IKCError>) -> Void = { _ in }
  }

  init(
    _ driver: CallbackCallDriver, _ kernel: Kernel, _ specifier: Specifier, _ share: Limit, _ clock: RoundClock,
    _ completion: @escaping (Result<Sample, any Error>) -> Void
  ) {
    self.kernel = kernel
    self.specifier = specifier
    payload = driver.payload
    sampleEvery = UInt64(driver.sampleEvery)
    depth = driver.depth
    left = share.operations ?? .max
    self.clock = clock
    self.completion = completion
  }

  /// The first call's callback brings us onto the serial queue, where the others begin.
  func start() {
    kernel.call(specifier, payload) { [self] result in
      do throws(IKCError) {
        _ = try result.get()
      } catch {
        return finish(.failure(error))
      }
      for index in 0..<depth where left > 0 { slots.append(makeSlot(index)) }
      let now = RoundClock.now
      for slot in slots where left > 0 { call(slot, now) }
      if outstanding == 0 { finish(.success(Sample(operations: 0, seconds: 0, recorder: recorder))) }
    }
  }

  private func makeSlot(_ index: Int) -> Slot {
    let slot = Slot()
    slot.turn = UInt64(index) % sampleEvery
    // Slot, callback and caller hold one another until the last answer.
    slot.callback = { [self] result in answered(slot, result) }
    return slot
  }

  private func call(_ slot: Slot, _ now: UInt64) {
    left -= 1
    outstanding += 1
    slot.began = now
    kernel.call(specifier, payload, completion: slot.callback)
  }

  private func answered(_ slot: Slot, _ result: Result<Reply, IKCError>) {
    outstanding -= 1
    defer { if outstanding == 0 { letGo() } }
    do throws(IKCError) {
      let text = try result.get().decode(String.self)
      guard text.utf8.count == payload.utf8.count else { throw IKCError(.cannotDecode, "the echo has another length") }
    } catch {
      return finish(.failure(error))
    }
    operations += 1
    var now: UInt64 = 0
    slot.turn += 1
    if slot.turn >= sampleEvery {
      slot.turn = 0
      now = RoundClock.now
      if slot.began != 0 { recorder.record(latency: now - slot.began) }
      recorder.progress(at: now - clock.began, operations: sampleEvery)
      if clock.hasEnded(at: now) { hasEnded = true }
    } else if slot.turn == sampleEvery - 1 {
      // The next call of this slot is the one that is measured.
      now = RoundClock.now
    }
    if !hasEnded, left > 0 {
      call(slot, now)
    } else if outstanding == 0 {
      finish(.success(Sample(operations: operations, seconds: 0, recorder: recorder)))
    }
  }

  private func finish(_ result: Result<Sample, any Error>) {
    guard let completion else { return }
    self.completion = nil
    hasEnded = true
    completion(result)
  }

  private func letGo() {
    for slot in slots { slot.callback = { _ in } }
    slots = []
  }
}
