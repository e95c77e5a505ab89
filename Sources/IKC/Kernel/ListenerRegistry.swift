internal import Synchronization

/// The listeners of a kernel that are open: `shutdown` closes them.
final class ListenerRegistry: Sendable {
  private let listeners = Mutex<[ObjectIdentifier: Listener]>([:])

  /// All of them.
  var all: [Listener] { listeners.withLock { Array($0.values) } }

  func insert(_ listener: Listener) { listeners.withLock { $0[ObjectIdentifier(listener)] = listener } }

  func remove(_ listener: Listener) { listeners.withLock { $0[ObjectIdentifier(listener)] = nil } }

  func removeAll() { listeners.withLock { $0 = [:] } }
}
