extension Kernel {
  /// Accepts connections on a socket that listens already: one that was inherited, from a supervisor or by systemd's socket
  /// activation, say.
  ///
  /// The descriptor belongs to the kernel from now on, which closes it, also where this fails. Other processes may accept on
  /// the same socket; each connection goes to one of them. The file of a unix socket stays where it is. With several loops,
  /// the first accepts and connections are spread over all.
  ///
  /// - Parameters:
  ///   - descriptor: a listening stream socket, TCP or unix. It is made non-blocking and closed on exec.
  ///   - concurrency: as in `listen(on:concurrency:connections:)`.
  ///   - connections: as in `listen(on:concurrency:connections:)`.
  /// - Returns: a listener, whose address is the one that the socket is bound to.
  /// - Throws: `invalidArgument` where it does not listen, and for a name, alias or setting that can't be; `listenFailed`;
  ///   `shutdown`.
  public func listen(
    onDescriptor descriptor: Int32, concurrency: Int? = nil, connections: Int? = nil
  ) async throws(IKCError) -> Listener {
    try await withCheckedContinuation { continuation in
      listen(onDescriptor: descriptor, concurrency: concurrency, connections: connections) {
        continuation.resume(returning: $0)
      }
    }.get()
  }

  /// Accepts connections on a socket that listens already; as `listen(onDescriptor:concurrency:connections:)`, for programs
  /// without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue.
  public func listen(
    onDescriptor descriptor: Int32, concurrency: Int? = nil, connections: Int? = nil,
    completion: @escaping @Sendable (Result<Listener, IKCError>) -> Void
  ) {
    let responder = responder
    let socket: ListeningSocket
    do throws(IKCError) {
      socket = try ListeningSocket.adopting(descriptor, keepalive: configuration.keepalive)
    } catch {
      return responder.onQueue { completion(.failure(error)) }
    }
    do throws(IKCError) {
      try checkUse()
      guard concurrency ?? 1 >= 1, connections ?? 1 >= 1 else {
        throw IKCError(.invalidArgument, "concurrency and connections have to be 1 or more; nil sets no limit")
      }
    } catch {
      socket.close()
      return responder.onQueue { completion(.failure(error)) }
    }
    let options = ListenOptions(
      concurrency: concurrency ?? configuration.concurrency, connections: connections ?? configuration.connections,
      keepalive: configuration.keepalive, limits: configuration.limits)
    let exhaustion = ListenerExhaustion()
    let address = socket.address
    let hooks = AcceptHooks(
      accepted: { Self.accept($0, on: .address(address), ends: $1, responder: responder) },
      failed: { responder.report($0.naming(peer: address.description), during: .channelAccept) },
      exhausted: { exhaustion.exhausted() })
    ListenerSet.start(socket, loops: loops, options: options, hooks: hooks) { [listeners] result in
      let listener = result.map { Listener($0, registry: listeners) }
      if case .success(let listener) = listener {
        listeners.insert(listener)
        exhaustion.set(listener)
      }
      responder.onQueue { completion(listener) }
    }
  }

  /// Calls `body` once every loop has turned and the serial queue has run, so that nothing of the kernel is stuck.
  func afterTurn(_ body: @escaping @Sendable () -> Void) {
    afterTurn(of: loops[...], body)
  }

  private func afterTurn(of loops: ArraySlice<EventLoop>, _ body: @escaping @Sendable () -> Void) {
    guard let first = loops.first else { return responder.onQueue(body) }
    // A loop that has stopped is not stuck.
    if !first.execute({ self.afterTurn(of: loops.dropFirst(), body) }) { afterTurn(of: loops.dropFirst(), body) }
  }

  /// Calls `body` as soon as no channel is open.
  func whenIdle(_ body: @escaping @Sendable () -> Void) {
    // Connections that were just accepted are on their way to their loops.
    afterTurn { [responder] in
      responder.idleWaiters.withLock { $0.append(body) }
      responder.tellIfIdle()
    }
  }
}
