internal import Synchronization

extension Kernel {
  /// Accepts connections on `address`.
  ///
  /// With several loops each has a listening socket of its own; a unix socket's connections are spread over them.
  ///
  /// - Parameter address: port 0 lets the system choose; `Listener.address` tells what it chose. A unix socket's file that
  ///   nothing answers on is replaced.
  /// - Throws: `listenFailed`; `invalidArgument` for a name, alias or setting that can't be; `shutdown`.
  public func listen(on address: Address) async throws(IKCError) -> Listener {
    try checkUse()
    let options = ListenOptions(
      reusePort: loops.count > 1, maximumConnections: configuration.maximumConnections,
      keepalive: configuration.keepalive, limits: configuration.limits)
    let responder = responder
    let configuration = configuration
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<ListenerSet, IKCError>, Never>) in
      ListenerSet.open(
        on: address, loops: loops, options: options,
        accepted: { Self.accept($0, on: address, responder: responder, configuration: configuration) },
        completion: { continuation.resume(returning: $0) })
    }
    let listener = Listener(try result.get(), kernel: self)
    keep(listener)
    return listener
  }

  /// Connects to the kernel at `address` and negotiates.
  ///
  /// - Parameters:
  ///   - address: a host name's addresses are tried in turn.
  ///   - timeout: for resolving and connecting; `Configuration.connectTimeout` where nil.
  /// - Returns: the channel, ready for posts and calls by its `name`.
  /// - Throws: `connectFailed`, `negotiationFailed`, `timedOut`; `invalidArgument` for a name, alias or setting that can't
  ///   be; `shutdown`.
  public func connect(to address: Address, timeout: Duration? = nil) async throws(IKCError) -> Channel {
    try checkUse()
    let loop = takeLoop()
    let responder = responder
    let configuration = configuration
    let timeout = timeout ?? configuration.connectTimeout
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Channel, IKCError>, Never>) in
      let isRunning = loop.execute {
        loop.connect(
          to: address, limits: configuration.limits, keepalive: configuration.keepalive, timeout: timeout
        ) { connected in
          switch connected {
          case .failure(let error):
            continuation.resume(returning: .failure(error))
          case .success(let connection):
            Self.negotiate(over: connection, to: address, responder: responder) { continuation.resume(returning: $0) }
          }
        }
      }
      if !isRunning { continuation.resume(returning: .failure(Self.shutDown)) }
    }
    return try result.get()
  }

  static let shutDown = IKCError(.shutdown, "the kernel has been shut down")

  private func checkUse() throws(IKCError) {
    guard !responder.isShutDown.load(ordering: .acquiring) else { throw Self.shutDown }
    try configuration.check()
    try responder.identity.checkNames()
  }

  /// Loop thread.
  private static func accept(
    _ connection: Connection, on address: Address, responder: Responder, configuration: Configuration
  ) {
    guard !responder.isShutDown.load(ordering: .acquiring) else { return connection.abort() }
    let identity = responder.identity.onConnection(address: ownAddress(connection, address, isClient: false))
    let machine = ServerNegotiation(identity, peerAddress: peerAddress(connection, address))
    responder.start(
      Channel(
        connection: connection, handshake: Handshake(.server(machine)), settings: responder.settings, owner: responder))
  }

  /// Loop thread.
  private static func negotiate(
    over connection: Connection, to address: Address, responder: Responder,
    completion: @escaping (Result<Channel, IKCError>) -> Void
  ) {
    guard !responder.isShutDown.load(ordering: .acquiring) else {
      connection.abort()
      return completion(.failure(shutDown))
    }
    let identity = responder.identity.onConnection(address: ownAddress(connection, address, isClient: true))
    let machine = ClientNegotiation(identity, peerAddress: peerAddress(connection, address))
    let handshake = Handshake(.client(machine), completion: completion)
    responder.start(
      Channel(connection: connection, handshake: handshake, settings: responder.settings, owner: responder))
  }

  /// The name of this end, as peers of IKC 0.2402 expect it.
  private static func ownAddress(_ connection: Connection, _ address: Address, isClient: Bool) -> String {
    switch (connection.localAddress, address) {
    case (.internet(let ip, let port)?, _):
      return KernelName.alias(host: ip, port: port)
    case (_, .unix(let path)) where isClient:
      return KernelName.alias(
        unixPath: path, pid: KernelID.processID, descriptor: Int(connection.fileDescriptor ?? 0))
    case (_, .unix(let path)):
      return KernelName.alias(unixPath: path)
    case (_, .tcp(let host, let port)):
      return KernelName.alias(host: host, port: port)
    }
  }

  /// The name of the other end where it announces none.
  private static func peerAddress(_ connection: Connection, _ address: Address) -> String {
    switch (connection.peerAddress, address) {
    case (.internet(let ip, let port)?, _): KernelName.alias(host: ip, port: port)
    case (_, .unix(let path)): KernelName.alias(unixPath: path)
    case (_, .tcp(let host, let port)): KernelName.alias(host: host, port: port)
    }
  }
}
