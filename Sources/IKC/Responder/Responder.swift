internal import Logging
internal import Synchronization

/// Routes messages between channels, sessions and callers.
///
/// Handlers and callbacks run on the serial queue. What other threads need too (names, publications, pending
/// calls) stands behind a lock each, held for a lookup and never while foreign code runs. Where two are held, the one of
/// the publications is the outer one.
// @unchecked: `spareDelivery`, `known`, `destinations` and `isTelling` are touched on the serial queue alone; the rest is
// constant or locked.
final class Responder: @unchecked Sendable {
  let identity: KernelIdentity
  let settings: ChannelSettings
  let queue: SerialQueue
  let home: EventLoop
  let logger: Logger
  /// The text of this kernel's rsvp specifiers up to the call's number.
  let rsvpPrefix: String
  /// One of them, of no call in particular.
  let anyRSVP: String
  let tasks: TaskRunner
  let taskExecutor: SerialQueueTasks
  let metrics: KernelMetrics

  let registry = Mutex(Registry())
  let publications = Mutex(Publications())
  let calls = Mutex(CallTable())
  let permits = Mutex(Permits())
  let subscriptions = Mutex(SubscriptionTable())
  let subscribers = Mutex(SubscriberTable())
  let monitors = MonitorTable()
  let waiters = Mutex(RoomWaiters())
  let channels = Mutex(ChannelSet())
  let places = Mutex(PlaceTable())
  /// Who waits for the last channel to end.
  let idleWaiters = Mutex<[@Sendable () -> Void]>([])
  /// Goes up with every change of the publications.
  let generation = Atomic<UInt64>(1)
  let isShutDown = Atomic(false)

  /// Whether a monitor is being told of something. Serial queue.
  var isTelling = false
  var destinations = DestinationCache()
  @exclusivity(unchecked) var known = KnownMessages()
  /// The delivery of the last message, to be used again; it is owned.
  @exclusivity(unchecked) var spareDelivery: Unmanaged<Delivery>?
  private let rsvpItemPrefix: [UInt8]

  /// The session that this kernel's own rsvp specifiers name.
  static let rsvpSession = "IKC-call"

  init(
    identity: KernelIdentity, settings: ChannelSettings, queue: SerialQueue, home: EventLoop, logger: Logger
  ) throws(IKCError) {
    self.identity = identity
    self.settings = settings
    self.queue = queue
    self.home = home
    self.logger = logger
    tasks = TaskRunner(queue: queue)
    taskExecutor = SerialQueueTasks(on: queue)
    metrics = KernelMetrics(kernel: identity.name ?? identity.id)
    rsvpPrefix = "poe://\(identity.id)/\(Self.rsvpSession)/"
    anyRSVP = rsvpPrefix + String(repeating: "0", count: CallNumber.width)
    rsvpItemPrefix =
      [StorableTag.scalar, UInt8(truncatingIfNeeded: anyRSVP.utf8.count)]
      + Array(rsvpPrefix.utf8)
    try publishOwnSession()
  }

  deinit { spareDelivery?.release() }

  /// The number of the call that an event answers, if it is one of this kernel's rsvp specifiers.
  @inline(__always)
  func callNumber(in event: UnsafeRawBufferPointer) -> UInt64? {
    let size = rsvpItemPrefix.count
    guard event.count == size + CallNumber.width else { return nil }
    let isOurs = rsvpItemPrefix.withUnsafeBytes {
      $0.isSame(as: UnsafeRawBufferPointer(rebasing: event[..<size]))
    }
    return isOurs ? event.baseAddress.flatMap { CallNumber.read($0 + size) } : nil
  }

  /// The record of the session of that name, made the first time.
  func session(_ name: String, queue: SerialQueue? = nil) throws(IKCError) -> SessionRecord {
    let record = try SessionRecord(name: name, kernelID: identity.id, queue: queue)
    return publications.withLock { $0.session(record) }
  }

  /// Changes the publications and makes everybody look again.
  func changePublications(_ change: (inout Publications) throws(IKCError) -> Void) throws(IKCError) {
    try publications.withLock { (publications: inout Publications) throws(IKCError) in
      try change(&publications)
      generation.store(publications.generation, ordering: .releasing)
    }
  }

  /// Sets the handler of a state.
  func setHandler(_ handler: Handler, session: String, state: String) {
    publications.withLock { publications in
      publications.setHandler(handler, session: session, state: state)
      generation.store(publications.generation, ordering: .releasing)
    }
  }

  /// Ends publications.
  func retract(session: String, states: [String]?) {
    publications.withLock { publications in
      publications.retract(session: session, states: states)
      let left = publications.published(session: session)
      subscribers.withLock { $0.retract(session: session, keeping: left) }
      generation.store(publications.generation, ordering: .releasing)
    }
  }

  /// Runs `body` on the serial queue, at once where that is free.
  func onQueue(_ body: @escaping @Sendable () -> Void) {
    queue.submit(body)
  }
}
