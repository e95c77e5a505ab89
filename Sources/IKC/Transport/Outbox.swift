import Synchronization

/// What other threads than the loop's have written to a connection, until the loop takes it over.
final class Outbox: @unchecked Sendable {  // every field says what guards it
  let lock = Lock()
  /// Guarded by `lock`.
  var bytes = OutputBytes(base: nil, count: 0, capacity: 0)
  /// Guarded by `lock`: the loop has been told.
  var isSubmitted = false
  /// How much `bytes` holds. Changed under `lock`, read by anyone.
  let pending = Atomic<Int>(0)
  /// Set by the loop when it found `lock` taken: who holds it tells the loop afterwards.
  let isWanted = Atomic<Bool>(false)
  /// What the loop's thread wrote while it could not take over what came before. Loop's thread only.
  let later: UnsafeMutablePointer<OutputBytes>

  init() {
    later = .allocate(capacity: 1)
    later.initialize(to: OutputBytes(base: nil, count: 0, capacity: 0))
  }

  deinit {
    bytes.base?.deallocate()
    later.pointee.base?.deallocate()
    later.deallocate()
  }

  /// Whether the loop has nothing to take over.
  @inline(__always)
  var isEmpty: Bool { pending.load(ordering: .acquiring) == 0 && later.pointee.count == 0 }

  /// Takes the bytes out; nil where another thread is writing right now: it will then tell the loop.
  func take() -> OutputBytes? {
    if !lock.tryLock() {
      // The holder looks at `isWanted` after unlocking: either it sees this, or the second try succeeds.
      _ = isWanted.exchange(true, ordering: .acquiringAndReleasing)
      guard lock.tryLock() else { return nil }
    }
    let taken = bytes
    bytes = OutputBytes(base: nil, count: 0, capacity: 0)
    isSubmitted = false
    pending.store(0, ordering: .releasing)
    lock.unlock()
    return taken
  }
}
