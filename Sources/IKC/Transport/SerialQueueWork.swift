/// What waits on a serial queue: collected under a lock, run in swapped-out lots.
final class SerialQueueWork: @unchecked Sendable {  // `arriving` is guarded by `lock`, the rest by holding the queue
  enum Item {
    case body(weight: Int, @Sendable () -> Void)
    /// An actor's.
    case job(UnownedJob)
    /// That of a task which prefers the executor.
    case task(UnownedJob, UnownedTaskExecutor)
  }

  private let lock = Lock()
  private var arriving: [Item?] = []
  private var running: [Item?] = []
  private var position = 0

  /// Adds an item, and calls `note` before anyone can take it out. Any thread.
  func append(_ item: Item, _ note: () -> Bool) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    arriving.append(item)
    return note()
  }

  /// The next item of the lot; nil at its end.
  func next() -> Item? {
    guard position < running.count else { return nil }
    defer { position += 1 }
    return running[position].take()
  }

  /// Whether the lot is at its end.
  var isExhausted: Bool { position == running.count }

  /// Makes what has arrived the next lot, and calls `note` before anything else can arrive.
  func refill(_ note: () -> Void) {
    running.removeAll(keepingCapacity: running.capacity <= 4096)
    position = 0
    lock.lock()
    defer { lock.unlock() }
    swap(&arriving, &running)
    note()
  }
}
