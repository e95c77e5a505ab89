import Foundation
import IKC
import Synchronization

/// Calls at a fixed rate, however the answers come. A call's latency counts from
/// when it was due, not from when it was sent: a server that stalls is charged
/// for every call that should have gone out meanwhile.
struct RateDriver: Driver {
  var rate: Double
  var payload: String

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    let lanes = try target.clients.map { try RateLane($0, payload: payload) }
    let clock = RoundClock(limit)
    let schedule = Schedule(rate: rate, began: clock.began)
    try await onThread {
      Pacer.useFineTimer()
      var issued: UInt64 = 0
      let total = limit.operations ?? .max
      while issued < total {
        let now = RoundClock.now
        if clock.hasEnded(at: now) { break }
        let due = min(schedule.due(at: now), total)
        while issued < due {
          lanes[Int(issued % UInt64(lanes.count))].call(planned: schedule.time(of: issued), clock)
          issued += 1
        }
        Pacer.sleep(until: schedule.time(of: issued))
      }
    }
    for lane in lanes { try await lane.finish() }
    return Sample.sum(lanes.map { $0.sample() }, seconds: clock.seconds)
  }
}

/// When the calls of an open loop are due.
struct Schedule: Sendable {
  var rate: Double
  var began: UInt64

  /// How many calls are due.
  func due(at now: UInt64) -> UInt64 {
    UInt64(Double(now &- began) * rate * 1e-9) + 1
  }

  /// When a call is due, counted from 0.
  func time(of call: UInt64) -> UInt64 {
    began + UInt64(Double(call) / rate * 1e9)
  }
}

/// The calls over one connection.
private final class RateLane: Sendable {
  private struct State {
    var outstanding = 0
    var operations: UInt64 = 0
    var recorder = Recorder()
    var failure: IKCError?
    var waiting: CheckedContinuation<Void, any Error>?

    mutating func end() {
      guard let waiting else { return }
      self.waiting = nil
      if let failure { waiting.resume(throwing: failure) } else { waiting.resume() }
    }
  }

  private let client: Client
  private let specifier: Specifier
  private let payload: String
  private let state = Mutex(State())

  init(_ client: Client, payload: String) throws {
    self.client = client
    self.payload = payload
    specifier = try client.specifier(BenchSession.echo)
  }

  func call(planned: UInt64, _ clock: RoundClock) {
    state.withLock { $0.outstanding += 1 }
    client.kernel.call(specifier, payload) { [self] result in
      let now = RoundClock.now
      state.withLock { state in
        state.outstanding -= 1
        switch result {
        case .success:
          state.operations += 1
          state.recorder.record(latency: now - planned)
          state.recorder.progress(at: now - clock.began, operations: 1)
        case .failure(let error):
          state.failure = error
        }
        if state.outstanding == 0 { state.end() }
      }
    }
  }

  /// Waits for all answers.
  func finish() async throws {
    try await withCheckedThrowingContinuation { continuation in
      state.withLock { state in
        state.waiting = continuation
        if state.outstanding == 0 { state.end() }
      }
    }
  }

  func sample() -> Sample {
    state.withLock { Sample(operations: $0.operations, seconds: 0, recorder: $0.recorder) }
  }
}
