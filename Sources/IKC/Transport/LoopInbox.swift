import CUV

/// Work for a loop from any thread: one wake for any number of items.
final class LoopInbox: @unchecked Sendable {  // all but `running` is guarded by `lock`
  enum Item {
    case body(@Sendable () -> Void)
    case output(Connection)
  }

  enum Outcome {
    /// The loop will see to it.
    case taken
    /// The same, once its thread has been started, which the caller does.
    case first
    /// The loop has stopped.
    case stopped
  }

  private enum State { case new, running, closed }

  private let lock = Lock()
  private var state = State.new
  private var arriving: [Item] = []
  /// The loop will look into this without being woken again.
  private var isSignalled = false
  /// Another thread than the loop's has brought something since the last look.
  private var hasVisitors = false
  /// Whether the loop asks, each time before it sleeps, whether something has arrived. An application's loop does not:
  /// who runs it may wait for its descriptor instead.
  private let asksBeforeSleep: Bool
  private var spares: [OutputBytes] = []
  private var spareBytes = 0
  /// Loop's thread only; swapped with `arriving` so that neither allocates when warm.
  private var running: [Item] = []

  init(asksBeforeSleep: Bool) { self.asksBeforeSleep = asksBeforeSleep }

  deinit { for spare in spares { spare.base?.deallocate() } }

  /// The loop runs already.
  func start() {
    lock.lock()
    defer { lock.unlock() }
    state = .running
  }

  /// Adds an item and wakes the loop, unless it has been woken for an earlier one.
  ///
  /// - Parameter core: nil on the loop's own thread, which is awake: the caller sees to it that it looks before it sleeps.
  func put(_ item: Item, waking core: UnsafeMutablePointer<ikc_loop>?) -> Outcome {
    lock.lock()
    defer { lock.unlock() }
    guard state != .closed else { return .stopped }
    arriving.append(item)
    if core != nil { hasVisitors = true }
    if !isSignalled {
      isSignalled = true
      // Within the lock: the handle is not closed before `close`.
      if let core { ikc_loop_wake(core) }
    }
    guard state == .new else { return .taken }
    state = .running
    return .first
  }

  /// Calls `body` with what has arrived so far. Loop's thread.
  ///
  /// - Returns: whether other threads have brought some of it.
  func drain(_ body: (Item) -> Void) -> Bool {
    lock.lock()
    let hadVisitors = hasVisitors
    hasVisitors = false
    swap(&arriving, &running)
    if !asksBeforeSleep { isSignalled = false }
    lock.unlock()
    for item in running { body(item) }
    running.removeAll(keepingCapacity: running.capacity <= 4096)
    return hadVisitors
  }

  /// Whether the loop may sleep: what arrives from now on wakes it. Loop's thread.
  func maySleep() -> Bool {
    lock.lock()
    defer { lock.unlock() }
    guard arriving.isEmpty else { return false }
    isSignalled = false
    return true
  }

  /// Takes no more, unless something is still to be done. Loop's thread.
  func closeIfEmpty() -> Bool {
    lock.lock()
    defer { lock.unlock() }
    guard arriving.isEmpty, running.isEmpty, state != .closed else { return false }
    state = .closed
    return true
  }

  /// Whether the loop never had anything to do.
  var isNew: Bool {
    lock.lock()
    defer { lock.unlock() }
    return state == .new
  }

  func spareBuffer() -> OutputBytes {
    lock.lock()
    defer { lock.unlock() }
    guard let spare = spares.popLast() else { return OutputBytes() }
    spareBytes -= spare.capacity
    return spare
  }

  func keepSpare(_ bytes: OutputBytes) {
    guard let base = bytes.base else { return }
    lock.lock()
    defer { lock.unlock() }
    guard spares.count < 8, spareBytes + bytes.capacity <= Int(IKC_KEPT_BYTES) else { return base.deallocate() }
    spareBytes += bytes.capacity
    spares.append(OutputBytes(base: base, count: 0, capacity: bytes.capacity))
  }
}
