extension IKCError {
  /// A kind of failure. The set is open: later versions may add to it, so a `switch` needs a `default`.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String {
      case invalidSpecifier, invalidArgument, unknownKernel, refused, congested
      case connectFailed, listenFailed, negotiationFailed, nameInUse
      case channelClosed, timedOut, cancelled, shutdown
      case remote, handlerFailed
      case cannotEncode, cannotDecode
      case lineTooLong, frameTooLong, badFrame, tooManyErrors
      case system
    }

    private let kind: Kind

    /// The code's name, such as `timedOut`.
    public var description: String { kind.rawValue }

    /// The text is no specifier by IKC's grammar.
    public static let invalidSpecifier = Code(kind: .invalidSpecifier)
    /// An argument is outside what the call accepts; the message says what it accepts.
    public static let invalidArgument = Code(kind: .invalidArgument)
    /// No kernel of that name is connected.
    public static let unknownKernel = Code(kind: .unknownKernel)
    /// The session or state is not published, or the peer refused the operation.
    public static let refused = Code(kind: .refused)
    /// The channel holds more unsent bytes than its high watermark; nothing was queued.
    public static let congested = Code(kind: .congested)
    /// No connection could be made: the address does not resolve, refuses or does not answer in time.
    public static let connectFailed = Code(kind: .connectFailed)
    /// The address can't be listened on.
    public static let listenFailed = Code(kind: .listenFailed)
    /// The two ends did not come to terms before frames.
    public static let negotiationFailed = Code(kind: .negotiationFailed)
    /// Another live kernel holds that name.
    public static let nameInUse = Code(kind: .nameInUse)
    /// The channel ended while the operation was under way.
    public static let channelClosed = Code(kind: .channelClosed)
    /// No answer within the time-out.
    public static let timedOut = Code(kind: .timedOut)
    /// The calling task was cancelled.
    public static let cancelled = Code(kind: .cancelled)
    /// The kernel is shutting down or has shut down.
    public static let shutdown = Code(kind: .shutdown)
    /// The peer reported an error (`IKC/remote_error`); the message is the peer's text.
    public static let remote = Code(kind: .remote)
    /// A handler threw.
    public static let handlerFailed = Code(kind: .handlerFailed)
    /// The serializer can't represent the value.
    public static let cannotEncode = Code(kind: .cannotEncode)
    /// The bytes are no value in the serializer's format, or no value of the type asked for.
    public static let cannotDecode = Code(kind: .cannotDecode)
    /// A negotiation line exceeds the limit.
    public static let lineTooLong = Code(kind: .lineTooLong)
    /// A frame's length exceeds the limit.
    public static let frameTooLong = Code(kind: .frameTooLong)
    /// Something other than a frame stands where a frame should begin.
    public static let badFrame = Code(kind: .badFrame)
    /// Too many undecodable messages in a row.
    public static let tooManyErrors = Code(kind: .tooManyErrors)
    /// An operating system call failed; the message names it and its error.
    public static let system = Code(kind: .system)
  }
}
