import CUV

/// A connected socket that the application hands over: it becomes a connection, or is closed.
struct HandedSocket: Sendable {
  private let descriptor: CInt
  private let isUnix: Bool

  /// Takes the descriptor over. Throws `invalidArgument`, after closing it, where it is no connected stream socket.
  init(_ descriptor: CInt, keepalive: Int?) throws(IKCError) {
    let kind = ikc_handed_kind(descriptor)
    let status =
      kind < 0 ? kind : ikc_handed_prepare(descriptor, kind == 0 ? 1 : 0, CInt(clamping: max(0, keepalive ?? 0)))
    guard status >= 0 else {
      // A number that is no descriptor may be somebody else's in a moment.
      if status != UV_EBADF.rawValue { ikc_close_descriptor(descriptor) }
      throw IKCError(
        .invalidArgument,
        "descriptor \(descriptor) is no connected stream socket: \(IKCError.systemText(status))")
    }
    self.descriptor = descriptor
    isUnix = kind == 1
  }

  /// Closes it, where there is no loop for it.
  func close() { ikc_close_descriptor(descriptor) }

  /// Makes it a connection. On the loop's thread.
  func connection(on loop: EventLoop, limits: ConnectionLimits) throws(IKCError) -> Connection {
    guard !loop.isStopping else {
      close()
      throw IKCError(.shutdown, "the kernel shut down")
    }
    return try SocketConnection.adopt(
      descriptor: descriptor, isUnix: isUnix, loop: loop, settings: ConnectionSettings(limits))
  }
}
