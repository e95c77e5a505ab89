import IKC
import Synchronization

/// Calls as tasks: one task for each call under way.
struct AsyncCallDriver: Driver {
  var depth: Int
  var payload: String
  var sampleEvery: Int
  /// Whether the tasks run on their kernel's serial queue.
  var prefersQueue = false

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    try await target.together(limit, callers)
  }

  private func callers(_ client: Client, _ share: Limit, _ clock: RoundClock) async throws -> Sample {
    let recorder = RecorderBox()
    let specifier = try client.specifier(BenchSession.echo)
    let operations = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for index in 0..<depth {
        let part = share.share(index, of: depth)
        // No preference at all costs less than none in particular.
        if prefersQueue {
          group.addTask(executorPreference: client.kernel.taskExecutor) {
            try await caller(client, specifier, part, clock, recorder)
          }
        } else {
          group.addTask { try await caller(client, specifier, part, clock, recorder) }
        }
      }
      return try await group.reduce(0, +)
    }
    return Sample(operations: operations, seconds: 0, recorder: recorder.take())
  }

  private func caller(
    _ client: Client, _ specifier: Specifier, _ part: Limit, _ clock: RoundClock, _ recorder: RecorderBox
  ) async throws -> UInt64 {
    let total = part.operations ?? .max
    var done: UInt64 = 0
    while done < total {
      let began = RoundClock.now
      if clock.hasEnded(at: began) { break }
      let batch = min(UInt64(sampleEvery), total - done)
      for call in 0..<batch {
        _ = try await client.kernel.call(specifier, payload, as: String.self)
        if call == 0 { recorder.record(latency: RoundClock.now - began) }
      }
      done += batch
      recorder.progress(at: RoundClock.now - clock.began, operations: batch)
    }
    return done
  }

  /// A recorder that the tasks of one connection share.
  private final class RecorderBox: Sendable {
    private let recorder = Mutex(Recorder())

    func record(latency: UInt64) { recorder.withLock { $0.record(latency: latency) } }

    func progress(at sinceStart: UInt64, operations: UInt64) {
      recorder.withLock { $0.progress(at: sinceStart, operations: operations) }
    }

    func take() -> Recorder { recorder.withLock { $0 } }
  }
}
