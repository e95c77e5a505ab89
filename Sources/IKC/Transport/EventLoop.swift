import CUV
import Synchronization

/// One `uv_loop_t`: on a thread of its own, started with the first work that it gets, or one that the application runs.
///
/// Methods belong to the loop's thread but where said.
final class EventLoop: @unchecked Sendable {  // confined to its thread, but for atomics and the inbox with its lock
  let core: UnsafeMutablePointer<ikc_loop>
  let uv: UnsafeMutablePointer<uv_loop_t>

  private let discarded: UnsafeMutablePointer<OutputBytes>

  private let name: String
  private let isAdopted: Bool
  private var unblocksSigpipe = false
  /// The thread that runs the loop; 0 before it has started and after it has stopped.
  private let thread = Atomic<UInt>(0)
  private let inbox: LoopInbox

  private var openHandles = 0
  private var isClosing = false
  private var stopped: [@Sendable () -> Void] = []
  private var parts = ObjectTable<any LoopPart>()
  private lazy var lingering = LingerList(on: self)

  /// Makes a loop with a thread of its own.
  ///
  /// - Parameters:
  ///   - name: the thread's name; the system shows its first 15 bytes.
  ///   - busyPolling: for how long it looks for events before it sleeps, while that pays.
  init(name: String = "ikc", busyPolling: Duration = .zero) throws(IKCError) {
    uv = .allocate(capacity: 1)
    let status = uv_loop_init(uv)
    guard status == 0 else {
      uv.deallocate()
      throw .cannot("make an event loop", status: status)
    }
    var failure: CInt = 0
    guard let core = ikc_loop_make(uv, 1, &failure) else {
      uv_loop_close(uv)
      uv.deallocate()
      throw .cannot("make an event loop", status: failure)
    }
    self.core = core
    self.name = name
    isAdopted = false
    inbox = LoopInbox(asksBeforeSleep: true)
    core.pointee.asks = 1
    core.pointee.spin.span = busyPolling.wholeNanoseconds
    discarded = .allocate(capacity: 1)
    discarded.initialize(to: OutputBytes())
    core.pointee.calls = .swift
    core.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
  }

  /// Joins a loop that the application runs. On the thread that runs it.
  ///
  /// The loop's own business does not keep it running, open connections and listeners do. SIGPIPE is blocked on this thread until `stop`.
  init(adopting loop: UnsafeMutablePointer<uv_loop_t>, busyPolling: Duration = .zero) throws(IKCError) {
    var failure: CInt = 0
    guard let core = ikc_loop_make(loop, 0, &failure) else { throw .cannot("join the event loop", status: failure) }
    self.core = core
    core.pointee.spin.span = busyPolling.wholeNanoseconds
    uv = loop
    name = ""
    isAdopted = true
    inbox = LoopInbox(asksBeforeSleep: false)
    discarded = .allocate(capacity: 1)
    discarded.initialize(to: OutputBytes())
    core.pointee.calls = .swift
    unblocksSigpipe = ikc_block_sigpipe() != 0
    thread.store(UInt(ikc_thread()), ordering: .relaxed)
    inbox.start()
    core.pointee.owner = Unmanaged.passRetained(self).toOpaque()
  }

  deinit {
    if !isAdopted, inbox.isNew {
      // It never ran: nothing but its own handles is open.
      ikc_loop_close(core) { _ in }
      uv_run(uv, UV_RUN_DEFAULT)
      uv_loop_close(uv)
      uv.deallocate()
      ikc_loop_free(core)
    }
    discarded.pointee.base?.deallocate()
    discarded.deallocate()
  }

  /// Whether this is the loop's thread. Any thread.
  @inline(__always)
  var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(ikc_thread()) }

  @inline(__always)
  func assertCurrent() { assert(isCurrent, "to be called on the loop's thread") }

  /// The loop's time in milliseconds, as of the beginning of this turn.
  var now: UInt64 { uv_now(uv) }

  /// Where output goes that nobody can send any more; empty again with each call.
  func discardedOutput() -> UnsafeMutablePointer<OutputBytes> {
    discarded.pointee.count = 0
    if discarded.pointee.capacity > 64 << 10 {
      discarded.pointee.base?.deallocate()
      discarded.pointee = OutputBytes()
    }
    return discarded
  }

  // MARK: Work from other threads

  /// Calls `body` on the loop's thread, in a later turn. Any thread.
  ///
  /// - Returns: false where the loop has stopped; `body` is not called then.
  @discardableResult
  func execute(_ body: @escaping @Sendable () -> Void) -> Bool { put(.body(body)) }

  /// Makes a closure that any thread may call to have `body` called on the loop's thread.
  func wakeHook(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
    { [self] in execute(body) }
  }

  /// Other threads have written to `connection`. Any thread.
  func submit(_ connection: Connection) { put(.output(connection)) }

  /// Memory for other threads to write to. Any thread.
  func spareBuffer() -> OutputBytes { inbox.spareBuffer() }

  /// Takes back memory that is no longer needed, whatever it holds. Any thread.
  func keepSpare(_ bytes: OutputBytes) { inbox.keepSpare(bytes) }

  @discardableResult
  private func put(_ item: LoopInbox.Item) -> Bool {
    let isCurrent = isCurrent
    switch inbox.put(item, waking: isCurrent ? nil : core) {
    case .taken:
      if isCurrent { ikc_loop_expect(core) }
      return true
    case .stopped: return false
    case .first:
      startThread()
      return true
    }
  }

  /// Whether nothing has arrived, so that the loop may sleep. On a loop with a thread of its own.
  func maySleep() -> Bool { inbox.maySleep() }

  /// The async handle fired, or something has arrived while the loop was awake.
  func woken() {
    let hadVisitors = inbox.drain { item in
      switch item {
      case .body(let body): body()
      case .output(let connection): connection.takeOverOutbox()
      }
    }
    if hadVisitors { ikc_spin_visited(&core.pointee.spin) }
    closeIfDone()
  }

  private func startThread() {
    var id = uv_thread_t()
    let context = Unmanaged.passRetained(self)
    let status = uv_thread_create(
      &id, { Unmanaged<EventLoop>.fromOpaque($0!).takeRetainedValue().run() }, context.toOpaque())
    precondition(status == 0, "no thread can be started: \(IKCError.systemText(status))")
    ikc_thread_detach(&id)
  }

  private func run() {
    thread.store(UInt(ikc_thread()), ordering: .relaxed)
    ikc_thread_name(name)
    _ = ikc_block_sigpipe()
    uv_run(uv, UV_RUN_DEFAULT)
    let status = uv_loop_close(uv)
    assert(status == 0, "a handle outlived its loop")
    uv.deallocate()
    end()
  }

  // MARK: The end

  /// Closes everything that the loop owns, then ends its thread or leaves the adopted loop as it was found. Any thread.
  ///
  /// - Parameter completion: called on the loop's thread, after the last of its handles has closed; at once where it had stopped before.
  func stop(_ completion: @escaping @Sendable () -> Void = {}) {
    let taken = execute { [self] in
      stopped.append(completion)
      guard !isClosing else { return }
      isClosing = true
      for part in parts.values { part.stop() }
      closeConnections()
      closeIfDone()
    }
    if !taken { completion() }
  }

  /// Whether `stop` has been called: nothing new is to begin.
  var isStopping: Bool { isClosing }

  /// How many connections are closed in a turn.
  private static let share = 128

  /// Some connections a turn, so that the rest of the application goes on.
  private func closeConnections() {
    var count = 0
    var next = core.pointee.streams
    while let stream = next, count < Self.share {
      next = stream.pointee.next
      guard !stream.has(IKC_CLOSING) else { continue }
      count += 1
      Unmanaged<Connection>.fromOpaque(stream.pointee.owner).takeUnretainedValue()
        .fail(IKCError(.shutdown, "the kernel shut down"))
    }
    if count == Self.share { execute { [self] in closeConnections() } }
  }

  /// A handle of this loop was opened: `stop` waits for it.
  func handleOpened() { openHandles += 1 }

  /// A handle of this loop has closed.
  func handleClosed() {
    openHandles -= 1
    closeIfDone()
  }

  private func closeIfDone() {
    guard isClosing, openHandles == 0, core.pointee.streams == nil, inbox.closeIfEmpty() else { return }
    openHandles = 4
    ikc_loop_close(core) { handle in
      let core = handle!.pointee.data.assumingMemoryBound(to: ikc_loop.self)
      Unmanaged<EventLoop>.fromOpaque(core.pointee.owner).takeUnretainedValue().ownHandleClosed()
    }
  }

  private func ownHandleClosed() {
    openHandles -= 1
    guard openHandles == 0, isAdopted else { return }
    end()
    Unmanaged.passUnretained(self).release()
  }

  private func end() {
    thread.store(0, ordering: .relaxed)
    ikc_loop_free(core)
    if unblocksSigpipe { ikc_unblock_sigpipe() }
    let completions = stopped
    stopped = []
    for completion in completions { completion() }
  }

  // MARK: What lives on the loop

  /// Keeps `part` until it is removed, and ends it when the loop stops.
  func add(_ part: any LoopPart) { parts[part] = part }

  func remove(_ part: any LoopPart) { parts[part] = nil }

  /// Calls `body` once, after `delay` (to the millisecond, rounded up), unless the timer is cancelled or the loop stops before.
  @discardableResult
  func schedule(after delay: Duration, _ body: @escaping () -> Void) -> LoopTimer {
    assertCurrent()
    let timer = LoopTimer(on: self, body)
    if !isClosing { timer.start(milliseconds: delay.wholeMilliseconds) }
    return timer
  }

  /// Closes a finished connection that makes no progress for `time`.
  func linger(_ connection: Connection, for time: Duration) {
    guard let stream = connection.stream, !stream.has(IKC_LINGERING) else { return }
    stream.set(IKC_LINGERING)
    lingering.add(connection, for: time)
  }

  func endLinger(of connection: Connection) { lingering.remove(connection) }
}

/// What a loop ends when it stops.
protocol LoopPart: AnyObject {
  /// Ends it; its handles may close later.
  func stop()
}

extension Duration {
  /// 0 where negative; of a few seconds at most.
  var wholeNanoseconds: UInt64 { self > .zero ? UInt64(min(self, .seconds(1)) / .nanoseconds(1)) : 0 }

  /// Rounded up; 0 where negative.
  var wholeMilliseconds: UInt64 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1000)
    let rest = UInt64(attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return overflow || scaled > UInt64.max / 2 ? UInt64.max / 2 : scaled + rest
  }
}
