import CUV
import Synchronization

/// Guards what threads write to a connection: one atomic operation to lock, one to unlock.
///
/// The loop never waits for it: where it is held, the loop leaves a mark, and who unlocks is told of that.
// @unchecked: made to be used by any thread; what `mutex` and `released` point to never moves.
struct OutboxLock: ~Copyable, @unchecked Sendable {
  private static let held = 1
  /// The loop found it held.
  private static let wanted = 2
  /// Threads wait for `released`.
  private static let awaited = 4

  private let state = Atomic(0)
  private let mutex = UnsafeMutablePointer<uv_mutex_t>.allocate(capacity: 1)
  private let released = UnsafeMutablePointer<uv_cond_t>.allocate(capacity: 1)

  init() {
    let status = (uv_mutex_init(mutex), uv_cond_init(released))
    precondition(status == (0, 0), "no mutex can be made")
  }

  deinit {
    uv_cond_destroy(released)
    uv_mutex_destroy(mutex)
    released.deallocate()
    mutex.deallocate()
  }

  /// Waits for it.
  @inline(__always)
  borrowing func lock() {
    if !state.compareExchange(expected: 0, desired: Self.held, ordering: .acquiring).exchanged { wait() }
  }

  /// Locks it, if nobody holds it; else leaves a mark. Loop's thread.
  borrowing func lockOrMark() -> Bool {
    let old = state.bitwiseOr(Self.held, ordering: .acquiring).oldValue
    if old & Self.held == 0 { return true }
    // Who holds it sees the mark, or has let go: then it is ours after all.
    return state.bitwiseOr(Self.held | Self.wanted, ordering: .acquiringAndReleasing).oldValue & Self.held == 0
  }

  /// Lets go of it.
  ///
  /// - Returns: whether the loop wanted it meanwhile.
  @inline(__always)
  borrowing func unlock() -> Bool {
    let old = state.exchange(0, ordering: .acquiringAndReleasing)
    if old & Self.awaited != 0 { wakeAll() }
    return old & Self.wanted != 0
  }

  @inline(never)
  private borrowing func wait() {
    for _ in 0..<64 {
      let old = state.load(ordering: .relaxed)
      if old & Self.held == 0, claim(old) { return }
    }
    uv_mutex_lock(mutex)
    defer { uv_mutex_unlock(mutex) }
    while true {
      let old = state.bitwiseOr(Self.held | Self.awaited, ordering: .acquiring).oldValue
      if old & Self.held == 0 { return }
      uv_cond_wait(released, mutex)
    }
  }

  private borrowing func claim(_ old: Int) -> Bool {
    state.compareExchange(expected: old, desired: old | Self.held, ordering: .acquiring).exchanged
  }

  @inline(never)
  private borrowing func wakeAll() {
    uv_mutex_lock(mutex)
    uv_cond_broadcast(released)
    uv_mutex_unlock(mutex)
  }
}
