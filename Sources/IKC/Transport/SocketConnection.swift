import CUV

/// A connection over a TCP or unix socket.
final class SocketConnection: Connection, @unchecked Sendable {  // as its superclass
  private init(socket: UnsafeMutablePointer<ikc_socket>, loop: EventLoop, settings: ConnectionSettings) {
    super.init(
      stream: UnsafeMutableRawPointer(socket).assumingMemoryBound(to: ikc_stream.self), loop: loop, settings: settings)
  }

  /// Takes over a connected socket that libuv knows already.
  static func make(
    _ socket: UnsafeMutablePointer<ikc_socket>, loop: EventLoop, settings: ConnectionSettings
  ) -> SocketConnection {
    SocketConnection(socket: socket, loop: loop, settings: settings)
  }

  /// Takes over a connected descriptor; it is closed where that fails.
  static func adopt(
    descriptor: CInt, isUnix: Bool, loop: EventLoop, settings: ConnectionSettings
  ) throws(IKCError) -> SocketConnection {
    var status: CInt = 0
    guard let socket = ikc_socket_make(loop.uv, isUnix ? 1 : 0, &status) else {
      ikc_close_descriptor(descriptor)
      throw .cannot("take over a connection", status: status)
    }
    status = ikc_socket_open(socket, descriptor)
    guard status == 0 else {
      // One that is there already belongs to another connection.
      if status != UV_EEXIST.rawValue { ikc_close_descriptor(descriptor) }
      loop.discard(socket)
      throw .cannot("take over a connection", status: status)
    }
    return SocketConnection(socket: socket, loop: loop, settings: settings)
  }

  private var socket: UnsafeMutablePointer<ikc_socket>? {
    isClosed ? nil : stream.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: ikc_socket.self) }
  }

  override var fileDescriptor: Int32? {
    guard let socket else { return nil }
    var descriptor: uv_os_fd_t = -1
    return uv_fileno(ikc_socket_handle(socket), &descriptor) == 0 ? descriptor : nil
  }

  override var peerAddress: Endpoint? {
    fileDescriptor.flatMap { SocketAddress(descriptor: $0, peer: true) }?.endpoint
  }

  override var localAddress: Endpoint? {
    fileDescriptor.flatMap { SocketAddress(descriptor: $0, peer: false) }?.endpoint
  }
}

extension EventLoop {
  /// Closes a socket that got no connection.
  func discard(_ socket: UnsafeMutablePointer<ikc_socket>) {
    handleOpened()
    socket.pointee.stream.loop = core
    uv_close(ikc_socket_handle(socket)) { handle in
      let socket = handle!.pointee.data.assumingMemoryBound(to: ikc_socket.self)
      let loop = Unmanaged<EventLoop>.fromOpaque(socket.pointee.stream.loop.pointee.owner).takeUnretainedValue()
      ikc_free(socket)
      loop.handleClosed()
    }
  }
}
