import CUV

/// One attempt to connect: looks the host up, tries its addresses one after the other, all under one deadline. On the loop's thread.
final class Connector {
  private let loop: EventLoop
  private let address: Address
  private let settings: ConnectionSettings
  private let keepalive: Int?
  private var completion: ((Result<Connection, IKCError>) -> Void)?

  private var candidates: ArraySlice<SocketAddress> = []
  private var resolver: Resolver?
  private var deadline: LoopTimer?
  private var pause: LoopTimer?
  /// The socket that is connecting.
  private var socket: UnsafeMutablePointer<ikc_socket>?
  private var lastFailure: CInt = 0

  init(
    on loop: EventLoop, to address: Address, settings: ConnectionSettings, keepalive: Int?,
    completion: @escaping (Result<Connection, IKCError>) -> Void
  ) {
    self.loop = loop
    self.address = address
    self.settings = settings
    self.keepalive = keepalive
    self.completion = completion
  }

  /// Begins. The completion is called once, in a later turn.
  func start(timeout: Duration) {
    loop.add(self)
    deadline = loop.schedule(after: timeout) { [self] in
      end(.failure(IKCError(.timedOut, "\(address) did not answer within \(timeout)", peer: address.description)))
    }
    switch address {
    case .unix(let path):
      guard let place = SocketAddress(path: path) else {
        return later(IKCError(.invalidArgument, "the path of \(address) is too long for a unix socket"))
      }
      candidates = [place]
      tryNext()
    case .tcp(let host, let port):
      guard (1...65535).contains(port) else {
        return later(IKCError(.invalidArgument, "\(address) has no port that can be connected to (1…65535)"))
      }
      if let place = SocketAddress(number: host, port: port) {
        candidates = [place]
        return tryNext()
      }
      resolver = Resolver.resolve(host, port: port, on: loop) { [self] found in
        resolver = nil
        switch found {
        case .success(let addresses):
          candidates = addresses[...]
          tryNext()
        case .failure(let error): end(.failure(error.naming(peer: address.description)))
        }
      }
    }
  }

  private func later(_ error: IKCError) {
    pause = loop.schedule(after: .zero) { [self] in end(.failure(error)) }
  }

  private func tryNext() {
    guard let place = candidates.popFirst() else {
      return end(.failure(.cannot("connect to \(address)", status: lastFailure, code: .connectFailed)))
    }
    attempt(place)
  }

  private func attempt(_ place: SocketAddress) {
    let isUnix = place.port < 0
    var status: CInt = 0
    guard let socket = ikc_socket_make(loop.uv, isUnix ? 1 : 0, &status) else { return failed(status, at: place) }
    let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
    let attempt = ConnectAttempt(connector: self, place: place, socket: socket)
    request.pointee.data = Unmanaged.passRetained(attempt).toOpaque()
    let finished: uv_connect_cb = { request, status in
      let attempt = Unmanaged<ConnectAttempt>.fromOpaque(request!.pointee.data).takeRetainedValue()
      request!.deallocate()
      attempt.connector.finished(attempt, status: status)
    }
    if case .unix(let path) = address {
      uv_pipe_connect(request, ikc_socket_pipe(socket), path, finished)
    } else {
      status = place.withPointer { uv_tcp_connect(request, ikc_socket_tcp(socket), $0, finished) }
    }
    guard status == 0 else {
      Unmanaged.passUnretained(attempt).release()
      request.deallocate()
      loop.discard(socket)
      return failed(status, at: place)
    }
    self.socket = socket
  }

  private func finished(_ attempt: ConnectAttempt, status: CInt) {
    // Given up meanwhile: the socket is closing.
    guard attempt.socket == socket else { return }
    socket = nil
    guard status == 0 else {
      loop.discard(attempt.socket)
      return failed(status, at: attempt.place)
    }
    if attempt.place.port >= 0 {
      uv_tcp_nodelay(ikc_socket_tcp(attempt.socket), 1)
    }
    let connection = SocketConnection.make(attempt.socket, loop: loop, settings: settings)
    if attempt.place.port >= 0, let keepalive, let descriptor = connection.fileDescriptor {
      _ = ikc_keepalive(descriptor, CInt(clamping: keepalive))
    }
    end(.success(connection))
  }

  private func failed(_ status: CInt, at place: SocketAddress) {
    lastFailure = status
    // A unix server whose backlog is full: it will have room soon.
    let retries = status == UV_EAGAIN.rawValue && place.port < 0
    pause = loop.schedule(after: .milliseconds(retries ? 10 : 0)) { [self] in
      if retries { attempt(place) } else { tryNext() }
    }
  }

  private func end(_ result: Result<Connection, IKCError>) {
    deadline?.cancel()
    pause?.cancel()
    resolver?.cancel()
    (deadline, pause, resolver) = (nil, nil, nil)
    loop.remove(self)
    if let socket {
      self.socket = nil
      loop.discard(socket)
    }
    guard let completion else { return }
    self.completion = nil
    completion(result)
  }
}

extension Connector: LoopPart {
  func stop() { end(.failure(IKCError(.shutdown, "the kernel shut down", peer: address.description))) }
}

/// What a request to connect belongs to.
private final class ConnectAttempt {
  let connector: Connector
  let place: SocketAddress
  let socket: UnsafeMutablePointer<ikc_socket>

  init(connector: Connector, place: SocketAddress, socket: UnsafeMutablePointer<ikc_socket>) {
    self.connector = connector
    self.place = place
    self.socket = socket
  }
}

extension EventLoop {
  /// Connects to a TCP port or unix socket.
  ///
  /// - Parameters:
  ///   - limits: what the connection may take up.
  ///   - keepalive: seconds of silence after which TCP probes whether the peer is still there; nil: never.
  ///   - timeout: for everything, from looking the host up to the last address tried.
  ///   - completion: called once, on the loop's thread; before this call returns only where the loop is stopping.
  func connect(
    to address: Address, limits: ConnectionLimits = ConnectionLimits(), keepalive: Int? = nil, timeout: Duration,
    completion: @escaping (Result<Connection, IKCError>) -> Void
  ) {
    assertCurrent()
    guard !isStopping else { return completion(.failure(IKCError(.shutdown, "the kernel shut down"))) }
    Connector(
      on: self, to: address, settings: ConnectionSettings(limits), keepalive: keepalive, completion: completion
    ).start(timeout: timeout)
  }
}
