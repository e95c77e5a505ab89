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
    try await withCheckedContinuation { continuation in
      listen(on: address) { continuation.resume(returning: $0) }
    }.get()
  }

  /// Accepts connections on `address`; as `listen(on:)`, for programs without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue.
  public func listen(on address: Address, completion: @escaping @Sendable (Result<Listener, IKCError>) -> Void) {
    let responder = responder
    do throws(IKCError) { try checkUse() } catch { return responder.onQueue { completion(.failure(error)) } }
    let options = ListenOptions(
      reusePort: loops.count > 1, maximumConnections: configuration.maximumConnections,
      keepalive: configuration.keepalive, limits: configuration.limits)
    ListenerSet.open(
      on: address, loops: loops, options: options,
      accepted: { Self.accept($0, on: address, responder: responder) },
      completion: { [listeners] result in
        let listener = result.map { Listener($0, registry: listeners) }
        if case .success(let listener) = listener { listeners.insert(listener) }
        responder.onQueue { completion(listener) }
      })
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
    try await withCheckedContinuation { continuation in
      connect(to: address, timeout: timeout) { continuation.resume(returning: $0) }
    }.get()
  }

  /// Connects to the kernel at `address`; as `connect(to:timeout:)`, for programs without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue.
  public func connect(
    to address: Address, timeout: Duration? = nil,
    completion: @escaping @Sendable (Result<Channel, IKCError>) -> Void
  ) {
    let responder = responder
    let finish: @Sendable (Result<Channel, IKCError>) -> Void = { result in responder.onQueue { completion(result) } }
    do throws(IKCError) { try checkUse() } catch { return finish(.failure(error)) }
    let loop = takeLoop()
    let limits = configuration.limits
    let keepalive = configuration.keepalive
    let timeout = timeout ?? configuration.connectTimeout
    let isRunning = loop.execute {
      loop.connect(to: address, limits: limits, keepalive: keepalive, timeout: timeout) { connected in
        switch connected {
        case .failure(let error): finish(.failure(error))
        case .success(let connection):
          Self.negotiate(over: connection, to: address, responder: responder, completion: finish)
        }
      }
    }
    if !isRunning { finish(.failure(Self.shutDown)) }
  }

  static let shutDown = IKCError(.shutdown, "the kernel has been shut down")

  private func checkUse() throws(IKCError) {
    guard !responder.isShutDown.load(ordering: .acquiring) else { throw Self.shutDown }
    try configuration.check()
    try responder.identity.checkNames()
  }

  /// Loop thread.
  private static func accept(
    _ connection: Connection, on address: Address, responder: Responder
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
