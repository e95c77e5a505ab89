import CUV

/// How much memory, in bytes, the parts of an idle connection take up.
struct TransportSizes: Sendable {
  /// libuv's handles.
  static let tcpHandle = MemoryLayout<uv_tcp_t>.size
  static let unixHandle = MemoryLayout<uv_pipe_t>.size
  static let timerHandle = MemoryLayout<uv_timer_t>.size
  static let loop = MemoryLayout<uv_loop_t>.size

  /// The C struct around a TCP handle, around a unix socket's, and without one.
  static let tcpStream = Int(ikc_socket_size(0))
  static let unixStream = Int(ikc_socket_size(1))
  static let memoryStream = MemoryLayout<ikc_memory>.size

  /// As the allocator handed it out: the C struct.
  let stream: Int
  /// As the allocator handed it out: the Swift object.
  let object: Int
  /// What the connection holds beyond these, which is nothing while it is idle: a partial line or frame, output.
  let buffers: Int

  /// Both, with what is not there while idle.
  var total: Int { stream + object + buffers }

  /// Measures an open connection, on its loop's thread; nil once it has closed.
  init?(of connection: Connection) {
    guard let stream = connection.stream else { return nil }
    self.stream = ikc_allocated(stream)
    object = Self.allocated(connection)
    let output = stream.pointee.output.map { MemoryLayout<ikc_output>.size + Int($0.pointee.bytes.capacity) } ?? 0
    buffers = ikc_allocated(stream.pointee.partial) + output
  }

  /// What the allocator handed out for an object.
  static func allocated(_ object: AnyObject) -> Int {
    ikc_allocated(Unmanaged.passUnretained(object).toOpaque())
  }
}
