internal import Synchronization

// @unchecked: `state`, `failure`, `pauses` and `handshake` are touched on the loop's thread alone; `peer`, `ends` and
// `streamDistance` are written there once, before the channel is handed to anybody else; the variables that belong to the responder say which lock
// or queue guards them; the rest is constant or synchronized itself.
/// One connection to another kernel, from the first line of negotiation to its end.
///
/// A channel is made by `Kernel.connect` or by a listener that accepts. It can be used from any thread.
public final class Channel: @unchecked Sendable {
  /// Who is at the other end, as agreed in the negotiation.
  struct Peer: Sendable {
    /// The canonical name.
    var id: String
    /// The other names, in the order announced.
    var aliases: [String]
    var processID: String?
    var agreement: Agreement

    init(names: [String], processID: String?, agreement: Agreement) {
      id = names.first ?? ""
      // Of the size that it has: a list that was appended to has room that nobody needs.
      aliases = Array(names.dropFirst())
      self.processID = processID
      self.agreement = agreement
    }
  }

  enum State: UInt8 { case negotiating, ready, closed }

  // What events touch comes first, in 128 bytes, with posts in the first 64: with very many
  // channels each cache line counts.

  /// `connection`, for the hot path.
  let unretainedConnection: Unmanaged<Connection>
  private unowned let owner: any ChannelOwner
  /// Whether messages are in another serializer than Storable.
  private(set) var isTranscoded = false
  private(set) var state = State.negotiating
  private var pauses: PauseReasons = []
  /// Whether the end has begun: what is written from then on is dropped.
  private let hasEnded = Atomic(false)
  /// Undecodable bodies since the last good one. Serial queue.
  @exclusivity(unchecked) var errorsInRow: Int32 = 0
  /// What came in. Added to on the loop's thread.
  let received = TrafficCounter()
  /// Handlers for this peer that are under way. Serial queue.
  var handlersUnderWay: Int32 = 0
  /// Ends of the list of calls that wait for this peer; they belong to the responder's table of calls and its lock.
  var calls: (first: UInt32, last: UInt32) = (.max, .max)
  /// The shape of calls whose rsvp names this peer, by the number that the responder gave it. Serial queue.
  @exclusivity(unchecked) var namingShape: UInt64 = 0
  /// What was written on the loop's thread; the connection counts the rest.
  let sentOnLoop = TrafficCounter()
  @exclusivity(unchecked) private(set) var peer: Peer

  /// Where the connection's stream is, seen from the channel. Set before the channel is handed to anybody.
  @exclusivity(unchecked) private(set) var streamDistance = Distance()
  let connection: Connection
  let settings: ChannelSettings
  var maximumFrameLength: Int { settings.maximumFrameLength }
  private var handshake: Handshake?

  /// Bytes of messages that wait for the serial queue.
  let backlog = Atomic(0)
  private var failure: IKCError?
  /// Set before the channel is handed to anybody.
  var ends = SocketEnds()
  /// When it was made, by `MonotonicClock`.
  let openedAt = MonotonicClock.coarseMilliseconds
  /// Whether the channel ends once no handler is under way. Serial queue.
  var closesWhenAnswered = false

  /// A channel over `connection` that negotiates once it is started.
  init(connection: Connection, handshake: Handshake, settings: ChannelSettings, owner: any ChannelOwner) {
    self.connection = connection
    unretainedConnection = .passUnretained(connection)
    self.handshake = handshake
    self.settings = settings
    self.owner = owner
    peer = Peer(names: [], processID: nil, agreement: settings.local)
    connection.handler = self
    streamDistance = Distance(from: self, to: connection.memory)
  }

  /// A channel that needs no negotiation: both ends are this kernel.
  init(local connection: Connection, names: [String], settings: ChannelSettings, owner: any ChannelOwner) {
    self.connection = connection
    unretainedConnection = .passUnretained(connection)
    self.settings = settings
    self.owner = owner
    handshake = nil
    peer = Peer(names: names, processID: nil, agreement: settings.local)
    state = .ready
    connection.handler = self
  }

  /// Whether nothing can be sent any more. Any thread; may lag a moment behind.
  var isClosed: Bool { hasEnded.load(ordering: .relaxed) }

  /// The peer's canonical name: its kernel id.
  public var name: String { peer.id }

  /// All names that the peer announced, canonical first. Addresses stand among them, as in IKC 0.2402.
  public var names: [String] { peer.id.isEmpty ? [] : [peer.id] + peer.aliases }

  /// Whether that is one of the peer's names.
  func goesBy(_ name: String) -> Bool { peer.id == name || peer.aliases.contains(name) }

  /// One of `names`.
  func name(at index: Int) -> String { index == 0 ? peer.id : peer.aliases[index - 1] }

  /// The peer's process id as it told it; nil in the classic protocol, which has no place for it.
  public var processID: String? { peer.processID }

  /// The protocol that was negotiated.
  public var negotiationProtocol: NegotiationProtocol { peer.agreement.negotiation }

  /// The serializer in use, by its Perl package name.
  public var serializer: String { peer.agreement.package }

  /// Bytes written that have not been handed to the system yet. Any thread; may lag a moment behind.
  public var unsentBytes: Int { withConnection { $0.unsentBytes } }

  /// The peer's id will be compared with who asks for an answer. On the serial queue.
  func expectNaming() { Fetching.text(&peer.id) }

  /// The channel will be written to.
  func expectWrite() { Fetching.object(unretainedConnection) }

  /// Lends the connection without counting references, which threads contend for.
  @inline(__always)
  func withConnection<R, E: Error>(_ body: (Connection) throws(E) -> R) throws(E) -> R {
    try unretainedConnection.lend(body)
  }

  /// Ends the channel in good order: what has been written is delivered first. Any thread; returns at once.
  public func close() {
    onLoop { [self] in finish() }
  }

  /// Ends the channel at once; what is unsent is lost. Any thread; returns at once.
  public func abort() {
    onLoop { [self] in end() }
  }

  /// Runs `body` on the thread of the channel's loop: now where that is this one, else soon.
  func onLoop(_ body: @escaping @Sendable () -> Void) {
    if connection.isOnLoop { body() } else { connection.loop.execute(body) }
  }

  /// Starts to talk. Loop thread.
  func start() {
    if let handshake {
      send { writer in handshake.machine.start(reply: &writer) }
      handshake.timer = connection.loop.schedule(after: settings.negotiationTimeout) { [self] in
        negotiationTimedOut()
      }
    }
    connection.startReading()
  }

  private func negotiationTimedOut() {
    guard state == .negotiating else { return }
    fail(IKCError(.timedOut, "the negotiation did not end within \(settings.negotiationTimeout)"))
  }

  /// Stops or goes on reading. Any thread; takes effect soon.
  func setPaused(_ paused: Bool, _ reason: PauseReasons) {
    onLoop { [self] in
      let wasPaused = !pauses.isEmpty
      if paused { pauses.insert(reason) } else { pauses.remove(reason) }
      guard wasPaused == pauses.isEmpty, state == .ready else { return }
      if wasPaused { connection.resumeReading() } else { connection.pauseReading() }
    }
  }

  /// Ends the channel because of `error`, which its owner is told. Loop thread.
  func fail(_ error: IKCError) {
    if failure == nil { failure = error }
    end()
  }

  /// The same, but what has been written is delivered first. Loop thread.
  func fail(gracefully error: IKCError) {
    if failure == nil { failure = error }
    finish()
  }

  private func finish() {
    hasEnded.store(true, ordering: .relaxed)
    connection.finish()
  }

  private func end() {
    hasEnded.store(true, ordering: .relaxed)
    connection.abort()
  }

  private func send(_ body: (inout ByteWriter) -> Void) {
    connection.write { (output: inout OutputBytes) in
      var writer = ByteWriter(adopting: output.base, count: output.count, capacity: output.capacity)
      body(&writer)
      let (base, count, capacity) = writer.release()
      output = OutputBytes(base: base, count: count, capacity: capacity)
    }
  }
}

extension Channel: ConnectionHandler {
  func connection(_ connection: Connection, received line: UnsafeRawBufferPointer) -> ReadMode {
    guard let handshake, state == .negotiating, failure == nil else { return .stop }
    var outcome = NegotiationOutcome.more
    send { writer in outcome = handshake.machine.receive(line: line, reply: &writer) }
    switch outcome {
    case .more:
      return .lines
    case .failed(let error):
      fail(gracefully: error)
      return .stop
    case .established(let agreed):
      return establish(agreed)
    }
  }

  private func establish(_ agreed: Negotiated) -> ReadMode {
    guard let agreement = settings.agreement(agreed.negotiation, package: agreed.serializer) else {
      fail(IKCError(.negotiationFailed, "the peer chose serializer \(agreed.serializer), which is not offered"))
      return .stop
    }
    peer = Peer(names: agreed.names, processID: agreed.pid, agreement: agreement)
    isTranscoded = agreement.transcoder != nil
    state = .ready
    let completion = endHandshake()
    owner.channelEstablished(self)
    completion?(.success(self))
    return .frames
  }

  private func endHandshake() -> ((Result<Channel, IKCError>) -> Void)? {
    defer { handshake = nil }
    handshake?.timer?.cancel()
    return handshake?.completion
  }

  func connection(_ connection: Connection, received batch: borrowing FrameBatch) {
    owner.channel(self, received: batch)
  }

  func connectionReceivedEnd(_ connection: Connection) {
    switch state {
    case .negotiating:
      failure = handshake?.machine.end() ?? IKCError(.negotiationFailed, "the peer closed during the negotiation")
      connection.abort()
    case .ready: owner.channelReceivedEnd(self)
    case .closed: break
    }
  }

  func connectionDrained(_ connection: Connection) {
    owner.channelDrained(self)
  }

  func connection(_ connection: Connection, closed error: IKCError?) {
    let wasNegotiating = state == .negotiating
    state = .closed
    hasEnded.store(true, ordering: .relaxed)
    let completion = endHandshake()
    let reason =
      failure ?? error ?? (wasNegotiating ? IKCError(.negotiationFailed, "the connection ended early") : nil)
    owner.channelClosed(self, error: reason)
    completion?(.failure(reason ?? IKCError(.channelClosed, "the channel has closed")))
  }
}
