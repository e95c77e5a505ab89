import CUV

/// One of two connected ends in one loop: everything but the system's sockets.
final class MemoryConnection: Connection, @unchecked Sendable {  // as its superclass
  /// Two ends that are connected to each other and begin in `mode`. On the loop's thread.
  static func pair(
    on loop: EventLoop, limits: ConnectionLimits = ConnectionLimits(), mode: ReadMode = .lines
  ) throws(IKCError) -> (MemoryConnection, MemoryConnection) {
    try pair(on: loop, settings: ConnectionSettings(limits), mode: mode)
  }

  /// The same, sharing `settings` among many.
  static func pair(
    on loop: EventLoop, settings: ConnectionSettings, mode: ReadMode = .lines
  ) throws(IKCError) -> (MemoryConnection, MemoryConnection) {
    loop.assertCurrent()
    var left: UnsafeMutablePointer<ikc_memory>?
    var right: UnsafeMutablePointer<ikc_memory>?
    guard ikc_memory_pair(&left, &right) != 0, let left, let right else {
      throw .cannot("connect in memory", status: UV_ENOMEM.rawValue)
    }
    let streams = (stream(left), stream(right))
    streams.0.pointee.mode = mode.rawValue
    streams.1.pointee.mode = mode.rawValue
    return (
      MemoryConnection(stream: streams.0, loop: loop, settings: settings),
      MemoryConnection(stream: streams.1, loop: loop, settings: settings)
    )
  }

  /// Takes over an end that is connected already and begins with lines. On the loop's thread.
  static func adopt(
    _ end: UnsafeMutableRawPointer, on loop: EventLoop, settings: ConnectionSettings
  ) -> MemoryConnection {
    loop.assertCurrent()
    return MemoryConnection(stream: end.assumingMemoryBound(to: ikc_stream.self), loop: loop, settings: settings)
  }

  private static func stream(_ memory: UnsafeMutablePointer<ikc_memory>) -> UnsafeMutablePointer<ikc_stream> {
    UnsafeMutableRawPointer(memory).assumingMemoryBound(to: ikc_stream.self)
  }

  override var peerAddress: Endpoint? { isClosed ? nil : .unix(path: nil) }
  override var localAddress: Endpoint? { isClosed ? nil : .unix(path: nil) }
}
