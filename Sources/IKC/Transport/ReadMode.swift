/// How a connection takes what comes in.
enum ReadMode: UInt8, Sendable {
  /// Lines, handed over without their ends.
  case lines = 0
  /// Frames, `<decimal length> NUL <octets>`.
  case frames = 1
  /// Thrown away unread; the end of the stream is still reported.
  case stop = 2
}
