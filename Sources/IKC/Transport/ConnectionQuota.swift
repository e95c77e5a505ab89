import Synchronization

/// Counts the connections that a listener accepts in all against a maximum, across loops.
final class ConnectionQuota: Sendable {
  private let left: Atomic<Int>
  private let toAccept: Atomic<Int>
  private let hasRoom: @Sendable () -> Void

  /// - Parameter hasRoom: called on any thread when one is given back that others may have gone without.
  init(maximum: Int, hasRoom: @escaping @Sendable () -> Void) {
    left = Atomic(maximum)
    toAccept = Atomic(maximum)
    self.hasRoom = hasRoom
  }

  /// Sets one aside for the next attempt to accept; false where none is left.
  func take() -> Bool {
    if left.wrappingSubtract(1, ordering: .sequentiallyConsistent).oldValue > 0 { return true }
    left.wrappingAdd(1, ordering: .sequentiallyConsistent)
    return false
  }

  /// The attempt came to nothing.
  func giveBack() {
    if left.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue <= 0 { hasRoom() }
  }

  /// The attempt brought a connection; true with the last one.
  func use() -> Bool { toAccept.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
