internal import Synchronization

extension Kernel {
  /// Accepts connections on `address`.
  ///
  /// With several loops each has a listening socket of its own; a unix socket's connections are spread over them.
  ///
  /// - Parameters:
  ///   - address: port 0 lets the system choose; `Listener.address` tells what it chose. A unix socket's file that nothing
  ///     answers on is replaced.
  ///   - concurrency: how many accepted connections may be open at the same time, 1 and more; further ones wait
  ///     unaccepted. `Configuration.concurrency` where nil.
  ///   - connections: how many are accepted in all, 1 and more; the listener then closes, as `Listener.ended` tells, and
  ///     its channels go on. `Configuration.connections` where nil.
  /// - Throws: `listenFailed`; `invalidArgument` for a name, alias or setting that can't be; `shutdown`.
  public func listen(
    on address: Address, concurrency: Int? = nil, connections: Int? = nil
  ) async throws(IKCError) -> Listener {
    try await withCheckedContinuation { continuation in
      listen(on: address, concurrency: concurrency, connections: connections) { continuation.resume(returning: $0) }
    }.get()
  }

  /// Accepts connections on `address`; as `listen(on:concurrency:connections:)`, for programs without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue.
  public func listen(
    on address: Address, concurrency: Int? = nil, connections: Int? = nil,
    completion: @escaping @Sendable (Result<Listener, IKCError>) -> Void
  ) {
    let responder = responder
    do throws(IKCError) {
      try checkUse()
      guard concurrency ?? 1 >= 1, connections ?? 1 >= 1 else {
        throw IKCError(.invalidArgument, "concurrency and connections have to be 1 or more; nil sets no limit")
      }
    } catch {
      return responder.onQueue { completion(.failure(error)) }
    }
    let options = ListenOptions(
      reusePort: loops.count > 1, concurrency: concurrency ?? configuration.concurrency,
      connections: connections ?? configuration.connections, keepalive: configuration.keepalive,
      limits: configuration.limits)
    let exhaustion = ListenerExhaustion()
    let hooks = AcceptHooks(
      accepted: { Self.accept($0, on: .address(address), ends: $1, responder: responder) },
      failed: { responder.report($0.naming(peer: address.description), during: .channelAccept) },
      exhausted: { exhaustion.exhausted() })
    ListenerSet.open(
      on: address, loops: loops, options: options, hooks: hooks,
      completion: { [listeners] result in
        let listener = result.map { Listener($0, registry: listeners) }
        if case .success(let listener) = listener {
          listeners.insert(listener)
          exhaustion.set(listener)
        }
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
  ///   be; `cancelled`, at once, where the task is cancelled before: a channel that comes later is closed; `shutdown`.
  public func connect(to address: Address, timeout: Duration? = nil) async throws(IKCError) -> Channel {
    try await Cancellation.wait { cancellation, completion in
      connect(to: address, timeout: timeout, until: cancellation, completion: completion)
    }.get()
  }

  /// Connects as long as it is not cancelled.
  func connect(
    to address: Address, timeout: Duration?, until cancellation: Cancellation?,
    completion: @escaping @Sendable (Result<Channel, IKCError>) -> Void
  ) {
    guard let cancellation else { return connect(to: address, timeout: timeout, completion: completion) }
    let isWanted = cancellation.arm { completion(.failure(Cancellation.error.naming(peer: address.description))) }
    guard isWanted else { return }
    connect(to: address, timeout: timeout) { cancellation.settle($0, completion) }
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
          Self.negotiate(over: connection, to: .address(address), responder: responder, completion: finish)
        }
      }
    }
    if !isRunning { finish(.failure(Self.shutDown)) }
  }

  static let shutDown = IKCError(.shutdown, "the kernel has been shut down")

  func checkUse() throws(IKCError) {
    guard !responder.isShutDown.load(ordering: .acquiring) else { throw Self.shutDown }
    if let misuse { throw misuse }
  }
}
