public import Dispatch

/// Everything about a kernel that can be set, with its default. A plain value; a kernel takes a copy when it is made.
public struct Configuration: Sendable {
  /// Further names of the kernel, announced behind its name. Default: none.
  public var aliases: [String] = []

  /// The protocol that is tried first. Default: `.ikc0`, which needs one line each way; a peer that does not speak it
  /// is met in the classic one, whichever side it is on.
  public var negotiation = NegotiationProtocol.ikc0

  /// The serializers that are offered and accepted, the preferred first. Default: Storable.
  public var serializers: [any Serializer] = [StorableSerializer()]

  /// How many event loops the kernel runs, each on a thread of its own. 1 to 64; default 1.
  public var loops = 1

  /// For how long a loop looks for events again and again before it sleeps, from the last that came. 0 to 1 ms; default 20 µs.
  ///
  /// It does so only while something mostly comes in that time, and not while other threads of the process post and call: a
  /// loop with little to do sleeps at once. To be woken takes longer than many an answer. Zero: it never looks, which takes
  /// less of the processor and lets calls and connections wait longer.
  public var busyPolling: Duration = .microseconds(20)

  /// Where callbacks run. Default: `.inline`.
  public var queue = QueueMode.inline

  /// How long a call waits for its answer, where it says nothing else. Default: 60 s.
  public var callTimeout: Duration = .seconds(60)

  /// How long a subscription waits for its receipts, where it says nothing else. Default: 60 s, as in IKC 0.2402.
  public var subscribeTimeout: Duration = .seconds(60)

  /// How long resolving and connecting may take. Default: 10 s.
  public var connectTimeout: Duration = .seconds(10)

  /// How long a peer may take to negotiate. Default: 30 s.
  public var negotiationTimeout: Duration = .seconds(30)

  /// Unsent bytes of a channel above which `post` throws `congested`, and above which the channel stops reading from a
  /// peer that does not take its answers. 1 KiB and more; default 4 MiB. The worst case of memory for each slow peer.
  public var highWatermark = 4 << 20

  /// Unsent bytes at which a congested channel goes on. Default 1 MiB; kept below the high watermark.
  public var lowWatermark = 1 << 20

  /// The longest line of a negotiation, in bytes. Default 64 KiB.
  public var maximumLineLength = 64 << 10

  /// The longest frame that is read or written, in bytes. Default 100 MiB, as in IKC 0.2402.
  public var maximumFrameLength = 100 << 20

  /// How many undecodable messages in a row end a channel. Default 8.
  public var maximumErrorsInRow = 8

  /// How many asynchronous handlers may run for one peer; its further messages wait unread. Default 1,024.
  public var maximumHandlersUnderWay = 1_024

  /// How many accepted connections a listener may have open at the same time; further ones wait unaccepted, up to what the
  /// system's backlog holds. 1 and more; nil: no limit but the system's. Default: nil. `concurrency` of IKC::Server.
  public var concurrency: Int?

  /// How many connections a listener accepts in all; it then closes, while its channels go on. 1 and more; nil: no limit.
  /// Default: nil. `connections` of IKC::Server.
  public var connections: Int?

  /// How many changes a monitor's sequence holds for a slow reader; from then on the oldest are dropped and counted. 1 and
  /// more; default 1,024.
  public var maximumChangesWaiting = 1_024

  /// Seconds of silence after which TCP asks whether the peer is still there; nil: never. Default: nil.
  public var keepalive: Int?

  /// How long a channel that closes waits for its peer to take what is unsent. Default: 5 s without progress.
  public var linger: Duration = .seconds(5)

  /// Everything at its default.
  public init() {}

  /// The first setting that makes no sense, as an error that says what to do.
  func check() throws(IKCError) {
    func require(_ condition: Bool, _ sentence: String) throws(IKCError) {
      if !condition { throw IKCError(.invalidArgument, "Configuration." + sentence) }
    }
    try require((1...64).contains(loops), "loops is \(loops); it has to be from 1 to 64")
    try require(
      busyPolling >= .zero && busyPolling <= .milliseconds(1),
      "busyPolling is \(busyPolling); it has to be from 0 to 1 ms")
    try require(!serializers.isEmpty, "serializers is empty; list at least one")
    try require(highWatermark >= 1_024, "highWatermark is \(highWatermark); it has to be 1024 or more")
    try require((16...(1 << 30)).contains(maximumLineLength), "maximumLineLength has to be from 16 to 2^30")
    try require((16...(1 << 31 - 1)).contains(maximumFrameLength), "maximumFrameLength has to be from 16 to 2^31 - 1")
    try require(maximumErrorsInRow >= 1, "maximumErrorsInRow has to be 1 or more")
    try require(maximumHandlersUnderWay >= 2, "maximumHandlersUnderWay has to be 2 or more")
    try require(concurrency ?? 1 >= 1, "concurrency has to be 1 or more; nil sets no limit")
    try require(connections ?? 1 >= 1, "connections has to be 1 or more; nil sets no limit")
    try require(maximumChangesWaiting >= 1, "maximumChangesWaiting has to be 1 or more")
    try require(
      callTimeout > .zero && subscribeTimeout > .zero && connectTimeout > .zero && negotiationTimeout > .zero,
      "time-outs have to be longer than zero")
  }

  var limits: ConnectionLimits {
    ConnectionLimits(
      maximumLineLength: maximumLineLength, maximumFrameLength: maximumFrameLength, highWatermark: highWatermark,
      lowWatermark: min(lowWatermark, highWatermark - 1), linger: linger)
  }

  var channelSettings: ChannelSettings {
    ChannelSettings(
      serializers: serializers, negotiationTimeout: negotiationTimeout, maximumFrameLength: maximumFrameLength,
      highWatermark: highWatermark, maximumErrorsInRow: maximumErrorsInRow,
      maximumHandlersUnderWay: maximumHandlersUnderWay)
  }
}

/// How the serial queue, on which every callback runs, is drained.
public enum QueueMode: Sendable {
  /// By the loop's thread that received the event: no switch between threads. Handlers must not block, since nothing is
  /// read or written meanwhile.
  case inline
  /// By the given queue, a batch for each turn of the loop: for handlers that block. The queue has to be a serial one.
  case dispatch(DispatchQueue)
}
