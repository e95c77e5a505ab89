import IKC
import Synchronization

/// Answers events with commands: so many at once, on threads of their own, so that the kernel never waits for one.
final class CommandRunner: Sendable {
  /// Why a command gave no result; its text goes to the caller.
  struct CommandFailure: Error, CustomStringConvertible {
    let description: String
  }

  private struct State {
    var running = 0
    var hasStopped = false
    var waiting: [CheckedContinuation<Bool, Never>] = []
    var groups: Set<Int32> = []
  }

  /// Calls that may wait for their turn.
  private static let maximumWaiting = 10_000

  private let limit: Int
  private let timeout: Duration
  private let state = Mutex(State())

  init(limit: Int, timeout: Duration) {
    self.limit = limit
    self.timeout = timeout
  }

  /// Runs the command with the parameters as JSON on its stdin. Its stdout is the result: JSON where it is that, else
  /// text; undef where it is empty.
  func result(of command: String, for parameters: Value) async throws -> Value {
    let input = try parameters.json() + [UInt8(ascii: "\n")]
    guard await enter() else { throw CommandFailure(description: "the server can't run any more commands now") }
    defer { leave() }
    let outcome = try await run(command, input)
    guard outcome.ending == .exited(0) else {
      throw CommandFailure(description: outcome.lastError ?? "the command \(outcome.ending)")
    }
    return Self.value(outcome.output)
  }

  /// Ends all commands that run, and runs no more.
  func stop() {
    let (waiting, groups) = state.withLock { state in
      state.hasStopped = true
      defer { state.waiting = [] }
      return (state.waiting, state.groups)
    }
    for waiter in waiting { waiter.resume(returning: false) }
    for group in groups { Subprocess.kill(group: group) }
  }

  private func run(_ command: String, _ input: [UInt8]) async throws -> Subprocess.Outcome {
    try await withCheckedThrowingContinuation { continuation in
      let isStarted = OwnThread.start { [self] in
        continuation.resume(
          with: Result {
            try Subprocess.run(command, input: input, timeout: timeout) { group, isRunning in
              let hasStopped = state.withLock { state in
                if isRunning { state.groups.insert(group) } else { state.groups.remove(group) }
                return state.hasStopped
              }
              if isRunning, hasStopped { Subprocess.kill(group: group) }
            }
          })
      }
      if !isStarted { continuation.resume(throwing: CommandFailure(description: "the server has too many threads")) }
    }
  }

  /// Waits for a turn; false where there will be none.
  private func enter() async -> Bool {
    await withCheckedContinuation { continuation in
      let now: Bool? = state.withLock { state in
        if state.hasStopped || state.waiting.count >= Self.maximumWaiting { return false }
        if state.running < limit {
          state.running += 1
          return true
        }
        state.waiting.append(continuation)
        return nil
      }
      if let now { continuation.resume(returning: now) }
    }
  }

  /// Hands the turn to who has waited longest.
  private func leave() {
    let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
      if state.waiting.isEmpty {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume(returning: true)
  }

  private static func value(_ output: [UInt8]) -> Value {
    var text = output[...]
    if text.last == UInt8(ascii: "\n") { text = text.dropLast() }
    guard !text.isEmpty else { return .undef }
    if let value = try? text.withUnsafeBytes({ try Value(json: $0) }) { return value }
    let bytes = ByteString(Array(text))
    return bytes.text.map { .string($0) } ?? .bytes(bytes)
  }
}
