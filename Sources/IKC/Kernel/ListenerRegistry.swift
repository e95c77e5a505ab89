internal import Synchronization

/// The listeners of a kernel that are open: `shutdown` closes them.
final class ListenerRegistry: Sendable {
  private let listeners = Mutex<[ObjectIdentifier: Listener]>([:])

  /// All of them.
  var all: [Listener] { listeners.withLock { Array($0.values) } }

  func insert(_ listener: Listener) { listeners.withLock { $0[ObjectIdentifier(listener)] = listener } }

  func remove(_ listener: Listener) { listeners.withLock { $0[ObjectIdentifier(listener)] = nil } }

  /// Lets all go; their sockets close with the loops.
  func removeAll() {
    let gone = listeners.withLock { listeners in
      defer { listeners = [:] }
      return listeners.values
    }
    for listener in gone { listener.end(.closed) }
  }
}

/// Closes a listener that has accepted enough, also where that is before it has been made.
final class ListenerExhaustion: Sendable {
  private struct State {
    var listener: Listener?
    var isExhausted = false
  }

  private let state = Mutex(State())

  /// The listener is there.
  func set(_ listener: Listener) {
    let isExhausted = state.withLock { state in
      state.listener = listener
      return state.isExhausted
    }
    if isExhausted { listener.close(.exhausted) }
  }

  /// It has accepted enough.
  func exhausted() {
    let listener = state.withLock { state in
      state.isExhausted = true
      return state.listener
    }
    listener?.close(.exhausted)
  }
}
