import Synchronization
import TestSupport

/// Gathers what callbacks bring, and lets a test wait until there is enough.
final class Collector<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var waiting: [(count: Int, latch: Latch)] = []
  }

  private let state = Mutex(State())

  /// Adds an element. Any thread.
  func add(_ element: Element) {
    let ready = state.withLock { state in
      state.elements.append(element)
      let ready = state.waiting.filter { $0.count <= state.elements.count }
      state.waiting.removeAll { $0.count <= state.elements.count }
      return ready
    }
    for waiter in ready { waiter.latch.open() }
  }

  /// What has come so far.
  var elements: [Element] { state.withLock { $0.elements } }

  /// The first `count` elements, as soon as there are that many; throws where the task is cancelled first.
  func first(_ count: Int) async throws(CancellationError) -> [Element] {
    let latch = Latch()
    let isReady = state.withLock { state in
      if state.elements.count >= count { return true }
      state.waiting.append((count, latch))
      return false
    }
    if !isReady { try await latch.opened() }
    return Array(elements.prefix(count))
  }
}
