internal import Synchronization

/// Brings together the number of what a task waits for and the cancellation of that task, whichever comes first.
struct OperationNumber: ~Copyable, Sendable {
  private static let cancelled = UInt64.max
  private let state = Atomic<UInt64>(0)

  /// The operation has got its number; true where the task had been cancelled before.
  @inline(__always)
  borrowing func entered(_ number: UInt64) -> Bool {
    state.exchange(number, ordering: .acquiringAndReleasing) == Self.cancelled
  }

  /// The task is cancelled; the number of its operation, if it has one already.
  borrowing func cancelled() -> UInt64? {
    let number = state.exchange(Self.cancelled, ordering: .acquiringAndReleasing)
    return number == 0 || number == Self.cancelled ? nil : number
  }
}
