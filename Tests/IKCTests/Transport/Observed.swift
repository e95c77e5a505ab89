import Synchronization

/// Something that changes on other threads, and can be waited for.
final class Observed<State: Sendable>: Sendable {
  private struct Waiter {
    let condition: @Sendable (State) -> Bool
    let continuation: CheckedContinuation<State, Never>
  }

  private struct Storage {
    var state: State
    var waiters: [Waiter] = []
  }

  private let storage: Mutex<Storage>

  init(_ state: State) { storage = Mutex(Storage(state: state)) }

  var value: State { storage.withLock { $0.state } }

  @discardableResult
  func update<R: Sendable>(_ body: (inout State) -> R) -> R {
    let (result, met, state) = storage.withLock { storage in
      let result = body(&storage.state)
      let state = storage.state
      let met = storage.waiters.filter { $0.condition(state) }
      if !met.isEmpty { storage.waiters.removeAll { $0.condition(state) } }
      return (result, met, state)
    }
    for waiter in met { waiter.continuation.resume(returning: state) }
    return result
  }

  @discardableResult
  func until(_ condition: @escaping @Sendable (State) -> Bool) async -> State {
    await withCheckedContinuation { continuation in
      let state: State? = storage.withLock { storage in
        if condition(storage.state) { return storage.state }
        storage.waiters.append(Waiter(condition: condition, continuation: continuation))
        return nil
      }
      if let state { continuation.resume(returning: state) }
    }
  }
}
