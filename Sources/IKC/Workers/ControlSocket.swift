#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One end of what a supervisor and a worker talk over, a byte a message. Neither end ever blocks.
struct ControlSocket: Sendable {
  /// What the supervisor says.
  enum Request: UInt8 {
    case answer = 0x61
    case drain = 0x64
  }

  /// What the worker says.
  enum Report: UInt8 {
    case ready = 0x72
    case answered = 0x68
    case leaving = 0x6c
  }

  let descriptor: Int32

  #if !canImport(Darwin)
    // SOCK_STREAM and MSG_NOSIGNAL: constants of enumerations, which the compiler finds in one build and not in the
    // other. SOCK_CLOEXEC is O_CLOEXEC.
    private static let stream: CInt = 1
    private static let noSignal: CInt = 0x4000
  #endif

  /// Two ends that belong together, closed on exec.
  static func pair() throws(IKCError) -> (ControlSocket, ControlSocket) {
    var ends: [Int32] = [-1, -1]
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #else
      // Whatever another thread starts meanwhile must not get them.
      let kind = Self.stream | O_CLOEXEC
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .failure(of: "make a socket pair", errno) }
    let pair = (ControlSocket(descriptor: ends[0]), ControlSocket(descriptor: ends[1]))
    pair.0.prepare()
    pair.1.prepare()
    return pair
  }

  /// Closed on exec, and never blocking.
  func prepare() { BlockingSocket.prepare(descriptor) }

  func send(_ request: Request) { send(byte: request.rawValue) }

  func send(_ report: Report) { send(byte: report.rawValue) }

  /// Where the other end has gone, or takes nothing, it will be noticed otherwise.
  func send(byte: UInt8) {
    var byte = byte
    #if canImport(Darwin)
      let flags: CInt = 0
      _ = Darwin.send(descriptor, &byte, 1, flags)
    #elseif canImport(Musl)
      _ = Musl.send(descriptor, &byte, 1, Self.noSignal)
    #else
      _ = Glibc.send(descriptor, &byte, 1, Self.noSignal)
    #endif
  }

  /// What has arrived; nil once the other end has gone.
  func receive() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 64)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      if count > 0 { return Array(bytes[..<count]) }
      if count == 0 { return nil }
      if errno != EINTR { return errno == EAGAIN ? [] : nil }
    }
  }

  func close() {
    #if canImport(Darwin)
      _ = Darwin.close(descriptor)
    #elseif canImport(Musl)
      _ = Musl.close(descriptor)
    #else
      _ = Glibc.close(descriptor)
    #endif
  }
}

extension IKCError {
  /// The failure of a system call.
  static func failure(of action: String, _ number: Int32) -> IKCError {
    IKCError(.system, "can't \(action): \(String(cString: strerror(number)))")
  }
}
