import CUV

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One connected socket without an event loop: calls that wait block the thread, until a deadline at most.
///
/// Used by one thread at a time. It closes with the object; writing never raises SIGPIPE.
package final class BlockingSocket {
  /// What a socket is ready for.
  package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let read = Readiness(rawValue: 1)
    package static let write = Readiness(rawValue: 2)
  }

  #if canImport(Darwin)
    private static let noSignal: CInt = 0
  #else
    private static let noSignal = CInt(MSG_NOSIGNAL)
  #endif

  package let descriptor: CInt

  private init(family: CInt) throws(IKCError) {
    #if canImport(Darwin)
      descriptor = socket(family, ikc_sock_stream(), 0)
    #else
      descriptor = socket(family, ikc_sock_stream() | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    #endif
    guard descriptor >= 0 else { throw .cannot("open a socket", status: Self.status, code: .connectFailed) }
    #if canImport(Darwin)
      prepare()
    #endif
  }

  /// Takes over a connected socket.
  package init(adopting descriptor: CInt) {
    self.descriptor = descriptor
    Self.prepare(descriptor)
    if (peerAddress.map { if case .internet = $0 { true } else { false } }) == true { sendAtOnce() }
  }

  /// Closed on exec, never blocking, and no signal where nobody reads any more.
  static func prepare(_ descriptor: CInt) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    #if canImport(Darwin)
      var one: CInt = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<CInt>.size))
    #endif
  }

  private func sendAtOnce() {
    var one: CInt = 1
    setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
  }

  deinit { close(descriptor) }

  /// `errno` as a libuv status.
  private static var status: CInt { -errno }

  // MARK: Connecting

  /// Connects to `address`; a host's addresses are tried in turn.
  ///
  /// The system's resolver looks host names up, in the time that it takes; the deadline counts for the rest.
  package static func connect(
    to address: Address, deadline: ContinuousClock.Instant
  ) throws(IKCError) -> BlockingSocket {
    if case .tcp(_, let port) = address, !(1...65535).contains(port) {
      throw IKCError(.invalidArgument, "\(address) has no port that can be connected to (1…65535)")
    }
    var failure: IKCError?
    for place in try places(of: address) {
      do throws(IKCError) {
        return try connect(to: place, of: address, deadline: deadline)
      } catch {
        guard error.code != .timedOut else { throw error }
        failure = error
      }
    }
    throw failure ?? IKCError(.connectFailed, "\(address) has no address", peer: address.description)
  }

  private static func connect(
    to place: SocketAddress, of address: Address, deadline: ContinuousClock.Instant
  ) throws(IKCError) -> BlockingSocket {
    let family = CInt(place.storage.ss_family)
    let socket = try BlockingSocket(family: family)
    if place.port >= 0 { socket.sendAtOnce() }
    while true {
      let result = place.withPointer { pointer in
        #if canImport(Darwin)
          Darwin.connect(socket.descriptor, pointer, size(of: family))
        #elseif canImport(Musl)
          Musl.connect(socket.descriptor, pointer, size(of: family))
        #else
          Glibc.connect(socket.descriptor, pointer, size(of: family))
        #endif
      }
      if result == 0 || errno == EISCONN { return socket }
      switch errno {
      case EINTR:
        continue
      case EINPROGRESS, EALREADY:
        _ = try socket.wait(for: .write, deadline: deadline) { timedOut(address) }
        let problem = socket.pendingError
        guard problem == 0 else { throw cannotConnect(address, -problem) }
        return socket
      case EAGAIN where place.port < 0:
        // A unix server whose backlog is full: it will have room soon.
        guard ContinuousClock.now < deadline else { throw timedOut(address) }
        usleep(10_000)
      default:
        throw cannotConnect(address, status)
      }
    }
  }

  private static func timedOut(_ address: Address) -> IKCError {
    IKCError(.timedOut, "\(address) did not answer in time", peer: address.description)
  }

  private static func cannotConnect(_ address: Address, _ status: CInt) -> IKCError {
    IKCError.cannot("connect to \(address)", status: status, code: .connectFailed).naming(peer: address.description)
  }

  private static func size(of family: CInt) -> socklen_t {
    switch family {
    case AF_INET: socklen_t(MemoryLayout<sockaddr_in>.size)
    case AF_INET6: socklen_t(MemoryLayout<sockaddr_in6>.size)
    default: socklen_t(MemoryLayout<sockaddr_un>.size)
    }
  }

  static func places(of address: Address) throws(IKCError) -> [SocketAddress] {
    switch address {
    case .unix(let path):
      guard let place = SocketAddress(path: path) else {
        throw IKCError(.invalidArgument, "the path of \(address) is too long for a unix socket")
      }
      return [place]
    case .tcp(let host, let port):
      if let place = SocketAddress(number: host, port: port) { return [place] }
      return try lookUp(host, port: port, for: address)
    }
  }

  private static func lookUp(_ host: String, port: Int, for address: Address) throws(IKCError) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = ikc_sock_stream()
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    var places: [SocketAddress] = []
    var next = found
    while status == 0, let entry = next {
      if let address = entry.pointee.ai_addr { places.append(SocketAddress(copying: address)) }
      next = entry.pointee.ai_next
    }
    guard !places.isEmpty else {
      let reason = status == 0 ? "it has no address" : String(cString: gai_strerror(status))
      throw IKCError(.connectFailed, "can't look up '\(host)': \(reason)", peer: address.description)
    }
    return places
  }

  /// The error that the socket has met in the meantime, as an `errno`; 0 where there is none.
  private var pendingError: CInt {
    var problem: CInt = 0
    var size = socklen_t(MemoryLayout<CInt>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 else { return errno }
    return problem
  }

  /// The other end as the system names it.
  var peerAddress: Endpoint? { SocketAddress(descriptor: descriptor, peer: true)?.endpoint }

  // MARK: Bytes

  /// Blocks until the socket is ready for one of `wanted`, and returns for which; `late` makes the error of a deadline.
  package func wait(
    for wanted: Readiness, deadline: ContinuousClock.Instant, late: () -> IKCError
  ) throws(IKCError) -> Readiness {
    var entry = pollfd()
    entry.fd = descriptor
    if wanted.contains(.read) { entry.events |= Int16(POLLIN) }
    if wanted.contains(.write) { entry.events |= Int16(POLLOUT) }
    while true {
      // Also where the socket is always ready: the time counts.
      guard ContinuousClock.now < deadline else { throw late() }
      let count = poll(&entry, 1, Self.milliseconds(until: deadline))
      if count > 0 {
        var ready: Readiness = []
        // Whatever happened to the socket, the next call on it tells.
        let ended = entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
        if ended || entry.revents & Int16(POLLIN) != 0 { ready.insert(.read) }
        if ended || entry.revents & Int16(POLLOUT) != 0 { ready.insert(.write) }
        return ready.intersection(wanted)
      }
      if count < 0, errno != EINTR { throw .cannot("wait for a socket", status: Self.status) }
    }
  }

  private static func milliseconds(until deadline: ContinuousClock.Instant) -> CInt {
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else { return 0 }
    let (seconds, attoseconds) = left.components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return CInt(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  /// Sends as many of `bytes` as the system takes at once; 0 where it takes none now.
  package func send(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Int {
    while true {
      #if canImport(Darwin)
        let count = Darwin.send(descriptor, bytes.baseAddress, bytes.count, Self.noSignal)
      #elseif canImport(Musl)
        let count = Musl.send(descriptor, bytes.baseAddress, bytes.count, Self.noSignal)
      #else
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Self.noSignal)
      #endif
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return 0
      default: throw .cannot("send", status: Self.status, code: .channelClosed)
      }
    }
  }

  /// Receives what is there, as far as it fits; nil where nothing is there now, 0 where the peer will send no more.
  package func receive(into space: UnsafeMutableRawBufferPointer) throws(IKCError) -> Int? {
    while true {
      let count = recv(descriptor, space.baseAddress, space.count, 0)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      default: throw .cannot("receive", status: Self.status, code: .channelClosed)
      }
    }
  }

  /// Tells the peer that no more comes; it may go on sending.
  package func endSending() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// Makes closing tell the peer that the connection is broken.
  package func breakOff() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }
}
