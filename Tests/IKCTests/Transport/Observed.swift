import Foundation

/// Something that changes on other threads, and can be waited for.
///
/// Its lock and nothing else hands values from thread to thread: the thread sanitizer understands that.
final class Observed<State: Sendable>: @unchecked Sendable {  // guarded by `lock`
  private struct Waiter {
    let condition: @Sendable (State) -> Bool
    let continuation: CheckedContinuation<Void, Never>
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
    for waiter in met { waiter.continuation.resume() }
    return result
  }

  @discardableResult
  func until(_ condition: @escaping @Sendable (State) -> Bool) async -> State {
    await withCheckedContinuation { continuation in
      let met = lock.withLock {
        if condition(state) { return true }
        waiters.append(Waiter(condition: condition, continuation: continuation))
        return false
      }
      if met { continuation.resume() }
    }
    return value
  }
}
