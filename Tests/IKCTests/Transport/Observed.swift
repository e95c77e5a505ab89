import Foundation
import TestSupport

/// Something that changes on other threads, and can be waited for.
///
/// Its lock and nothing else hands values from thread to thread: the thread sanitizer understands that.
final class Observed<State: Sendable>: @unchecked Sendable {  // guarded by `lock`
  private struct Waiter {
    let condition: @Sendable (State) -> Bool
    let latch: Latch
  }

  private let lock = NSLock()
  private var state: State
  private var waiters: [Waiter] = []

  init(_ state: State) { self.state = state }

  var value: State { lock.withLock { state } }

  @discardableResult
  func update<R: Sendable>(_ body: (inout State) -> R) -> R {
    let (result, met) = lock.withLock {
      let result = body(&state)
      let met = waiters.filter { $0.condition(state) }
      if !met.isEmpty { waiters.removeAll { $0.condition(state) } }
      return (result, met)
    }
    for waiter in met { waiter.latch.open() }
    return result
  }

  /// Returns as soon as `condition` holds; throws where the task is cancelled first.
  @discardableResult
  func until(_ condition: @escaping @Sendable (State) -> Bool) async throws(CancellationError) -> State {
    let latch = Latch()
    let isMet = lock.withLock {
      if condition(state) { return true }
      waiters.append(Waiter(condition: condition, latch: latch))
      return false
    }
    if !isMet { try await latch.opened() }
    return value
  }
}
