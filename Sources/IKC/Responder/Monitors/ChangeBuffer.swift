internal import Synchronization

/// Changes on their way to a reader: so many at most, the oldest dropped and counted.
final class ChangeBuffer: Sendable {
  private struct State {
    var changes: ChangeRing
    var readers: [UnsafeContinuation<Monitor.Change?, Never>] = []
    var isOver = false
  }

  private let state: Mutex<State>

  /// - Parameter capacity: how many changes wait; 1 and more.
  init(capacity: Int) { state = Mutex(State(changes: ChangeRing(capacity: capacity))) }

  /// Adds a change. Any thread; never waits.
  func add(_ change: Monitor.Change) {
    let reader: UnsafeContinuation<Monitor.Change?, Never>? = state.withLock { state in
      guard !state.isOver else { return nil }
      guard state.readers.isEmpty else { return state.readers.removeFirst() }
      state.changes.append(change)
      return nil
    }
    reader?.resume(returning: change)
  }

  /// Nothing more comes: readers get what is left, then nil.
  func end() {
    let readers = state.withLock { state in
      state.isOver = true
      defer { state.readers = [] }
      return state.readers
    }
    for reader in readers { reader.resume(returning: nil) }
  }

  /// Throws away what nobody will read.
  func clear() { state.withLock { $0.changes.removeAll() } }

  /// Waits for a change; nil at the end.
  func next(isolation actor: isolated (any Actor)?) async -> Monitor.Change? {
    await withUnsafeContinuation(isolation: actor) { continuation in
      let (isReady, change) = state.withLock { state -> (Bool, Monitor.Change?) in
        if let change = state.changes.popFirst() { return (true, change) }
        if state.isOver { return (true, nil) }
        state.readers.append(continuation)
        return (false, nil)
      }
      if isReady { continuation.resume(returning: change) }
    }
  }
}

/// Holds so many changes, in order; one more pushes the oldest out.
struct ChangeRing {
  private let capacity: Int
  private var slots: [Monitor.Change?] = []
  private var first = 0
  private var count = 0
  /// Pushed out since the last that was taken.
  private var dropped = 0

  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Adds a change behind the others.
  mutating func append(_ change: Monitor.Change) {
    if count == capacity {
      first = (first + 1) % capacity
      count -= 1
      dropped += 1
    }
    let place = (first + count) % capacity
    if place == slots.count { slots.append(change) } else { slots[place] = change }
    count += 1
  }

  /// Takes the oldest out; it tells how many were pushed out before it.
  mutating func popFirst() -> Monitor.Change? {
    guard count > 0, var change = slots[first].take() else { return nil }
    first = (first + 1) % capacity
    count -= 1
    if count == 0 {
      slots.removeAll(keepingCapacity: slots.count <= 64)
      first = 0
    }
    change.dropped = dropped
    dropped = 0
    return change
  }

  /// Takes all out.
  mutating func removeAll() {
    slots = []
    first = 0
    count = 0
  }
}
