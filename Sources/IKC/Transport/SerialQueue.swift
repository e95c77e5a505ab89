import CUV
import Dispatch
import Synchronization

/// Runs work one piece at a time, in the order of submission; actors can live on it.
///
/// It has no thread. `.inline`: the loop thread that has work of its own enters it, runs that, and on leaving runs what others submitted; work
/// submitted while nobody is inside wakes the home loop. `.dispatch`: what has been submitted runs on the application's queue, many pieces a trip.
final class SerialQueue: SerialExecutor {
  /// Who runs what is submitted.
  enum Draining: Sendable {
    /// The loop threads; `home` is woken where none is inside.
    case inline(home: EventLoop)
    /// The application's queue.
    case dispatch(DispatchQueue)
  }

  // Bits of `state`.
  private static let held = 1  // a thread is inside
  private static let scheduled = 2  // a wake or dispatch is on its way; never together with `held`
  private static let filled = 4  // something has arrived; only together with one of the others

  /// About how many events run before I/O has its turn.
  private static let share = 4096

  private let draining: Draining
  private let state = Atomic<Int>(0)
  private let holder = Atomic<UInt>(0)
  private let work = SerialQueueWork()

  init(draining: Draining) { self.draining = draining }

  deinit { assert(state.load(ordering: .relaxed) == 0, "work was never run") }

  /// Whether this thread is inside.
  var isCurrent: Bool { holder.load(ordering: .relaxed) == UInt(ikc_thread()) }

  // MARK: Running work of one's own

  /// Enters the queue, if nobody is inside and nothing waits. The caller is then on the queue until it calls `leave`.
  ///
  /// Always false where the queue drains to a dispatch queue, and for the thread that is inside already.
  func tryEnter() -> Bool {
    guard case .inline = draining else { return false }
    if state.compareExchange(expected: 0, desired: Self.held, ordering: .acquiring).exchanged {
      holder.store(UInt(ikc_thread()), ordering: .relaxed)
      return true
    }
    // What was submitted comes first: run it now rather than wait for the wake.
    guard takeScheduled() else { return false }
    return run()
  }

  /// Leaves the queue, after running what others submitted meanwhile.
  func leave() {
    assert(isCurrent, "left by a thread that is not inside")
    while run() {
      holder.store(0, ordering: .relaxed)
      if state.compareExchange(expected: Self.held, desired: 0, ordering: .acquiringAndReleasing).exchanged { return }
      holder.store(UInt(ikc_thread()), ordering: .relaxed)
    }
  }

  /// Runs what waits, for one share. False where more is left: the caller is inside no longer, and a wake is on its way.
  private func run() -> Bool {
    var done = 0
    while true {
      guard let item = work.next() else {
        guard state.load(ordering: .acquiring) & Self.filled != 0 else { return true }
        work.refill { state.bitwiseAnd(~Self.filled, ordering: .relaxed) }
        continue
      }
      done += perform(item)
      guard done < Self.share else { break }
    }
    if work.isExhausted, state.load(ordering: .acquiring) & Self.filled == 0 { return true }
    holder.store(0, ordering: .relaxed)
    // From held, filled or not, to scheduled.
    state.bitwiseXor(Self.held | Self.scheduled, ordering: .acquiringAndReleasing)
    wake()
    return false
  }

  private func perform(_ item: SerialQueueWork.Item) -> Int {
    switch item {
    case .body(let weight, let body):
      body()
      return weight
    case .job(let job):
      job.runSynchronously(on: asUnownedSerialExecutor())
      return 1
    case .task(let job, let executor):
      job.runSynchronously(on: executor)
      return 1
    }
  }

  private func takeScheduled() -> Bool {
    var old = state.load(ordering: .relaxed)
    while old & Self.scheduled != 0 {
      let (exchanged, found) = state.weakCompareExchange(
        expected: old, desired: old ^ (Self.held | Self.scheduled), successOrdering: .acquiring,
        failureOrdering: .relaxed)
      if exchanged {
        holder.store(UInt(ikc_thread()), ordering: .relaxed)
        return true
      }
      old = found
    }
    return false
  }

  private func wake() {
    switch draining {
    case .inline(let home):
      // A loop that has stopped runs nothing more, yet whoever awaits the work must not hang.
      if !home.execute({ [self] in drain() }) { DispatchQueue.global().async { [self] in drain() } }
    case .dispatch(let queue):
      queue.async { [self] in drain() }
    }
  }

  private func drain() {
    if takeScheduled() { leave() }
  }

  private func put(_ item: SerialQueueWork.Item) {
    let wakes = work.append(item) {
      var old = state.load(ordering: .relaxed)
      while true {
        let idle = old & (Self.held | Self.scheduled) == 0
        let (exchanged, found) = state.weakCompareExchange(
          expected: old, desired: old | Self.filled | (idle ? Self.scheduled : 0), successOrdering: .releasing,
          failureOrdering: .relaxed)
        if exchanged { return idle }
        old = found
      }
    }
    if wakes { wake() }
  }

  // MARK: Work from any thread

  /// Runs `body` on the queue, after what was submitted before. Any thread.
  ///
  /// - Parameter weight: about how many events that is; I/O has its turn after some thousand.
  func submit(weight: Int = 1, _ body: @escaping @Sendable () -> Void) { put(.body(weight: weight, body)) }

  func enqueue(_ job: consuming ExecutorJob) { put(.job(UnownedJob(job))) }

  /// Runs a part of a task that prefers `executor`.
  func enqueue(_ job: consuming ExecutorJob, of executor: UnownedTaskExecutor) {
    put(.task(UnownedJob(job), executor))
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() {
    if isCurrent { return }
    guard case .dispatch(let queue) = draining else { preconditionFailure("not on the serial queue") }
    dispatchPrecondition(condition: .onQueue(queue))
  }

  func isIsolatingCurrentContext() -> Bool? {
    if isCurrent { return true }
    // On a dispatch queue, blocks of the application run beside ours: `checkIsolated` finds out.
    if case .dispatch = draining { return nil }
    return false
  }
}
