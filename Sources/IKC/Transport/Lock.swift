import CUV

/// A mutex that can be tried.
struct Lock: ~Copyable, @unchecked Sendable {  // made to be used by any thread
  private let mutex: UnsafeMutablePointer<uv_mutex_t>

  init() {
    mutex = .allocate(capacity: 1)
    let status = ikc_mutex_init(mutex)
    precondition(status == 0, "no mutex can be made")
  }

  deinit {
    uv_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func lock() { uv_mutex_lock(mutex) }
  func tryLock() -> Bool { uv_mutex_trylock(mutex) == 0 }
  func unlock() { uv_mutex_unlock(mutex) }
}
