/// Why a channel does not read; it reads again when no reason is left.
struct PauseReasons: OptionSet {
  let rawValue: UInt8

  /// The peer does not take what is written to it.
  static let unsentBytes = PauseReasons(rawValue: 1)
  /// Too many of the peer's messages wait for the serial queue.
  static let backlog = PauseReasons(rawValue: 2)
  /// Too many handlers run for the peer.
  static let handlers = PauseReasons(rawValue: 4)
}
