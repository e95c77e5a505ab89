import Synchronization

/// Counts open connections against a maximum, across loops.
final class ConnectionGauge: Sendable {
  private let maximum: Int
  private let open = Atomic<Int>(0)
  private let hasRoom: @Sendable () -> Void

  /// - Parameter hasRoom: called on any thread when the count falls from the maximum.
  init(maximum: Int, hasRoom: @escaping @Sendable () -> Void) {
    self.maximum = maximum
    self.hasRoom = hasRoom
  }

  /// How many are open.
  var count: Int { open.load(ordering: .relaxed) }

  /// Counts one more; false where there is no room.
  func enter() -> Bool {
    if open.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue <= maximum { return true }
    open.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    return false
  }

  /// Counts one less.
  func leave() {
    if open.wrappingSubtract(1, ordering: .sequentiallyConsistent).oldValue >= maximum { hasRoom() }
  }
}
