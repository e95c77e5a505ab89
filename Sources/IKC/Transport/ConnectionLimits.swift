/// What a connection may take up, shared by all connections of a listener or connector.
struct ConnectionLimits: Sendable {
  /// The longest line, in bytes without its end.
  var maximumLineLength = 64 << 10
  /// The longest frame, in octets.
  var maximumFrameLength = 100 << 20
  /// A connection with more unsent bytes than this is told when it has drained.
  var highWatermark = 1 << 20
  /// It has drained when no more unsent bytes than this are left.
  var lowWatermark = 256 << 10
  /// How long a finished connection waits for progress: for the peer to take bytes and, in the end, to close.
  var linger: Duration = .seconds(5)
}
