/// Which side a kernel takes in the negotiation over a socket: the client speaks first.
public enum NegotiationRole: Sendable {
  /// As one that connected. The other end has to be the server.
  case client
  /// As one that accepted. The other end has to be the client.
  case server
}

extension Kernel {
  /// Makes a channel over a connected socket that the program holds: one of a `socketpair`, one that was inherited or handed
  /// over by another process; `handle` of IKC::Channel.
  ///
  /// The descriptor belongs to the kernel from now on, which closes it, also where this fails. It must not be used for
  /// anything else any more, nor handed over twice.
  ///
  /// - Parameters:
  ///   - descriptor: a connected stream socket, TCP or unix, over which nothing of IKC has been said yet.
  ///   - role: one end has to be the client, the other the server.
  /// - Returns: the channel, once the negotiation has ended.
  /// - Throws: `invalidArgument` where it is no connected stream socket, and for a name, alias or setting that can't be;
  ///   `negotiationFailed`, `timedOut`; `cancelled`, at once, where the task is cancelled before: a channel that comes later
  ///   is closed; `shutdown`.
  public func adopt(descriptor: Int32, as role: NegotiationRole) async throws(IKCError) -> Channel {
    try await Cancellation.wait { cancellation, completion in
      cancellation.arm { completion(Result<Channel, IKCError>.failure(Cancellation.error)) }
      // Even where nobody waits any more the descriptor is the kernel's, to be closed.
      adopt(descriptor: descriptor, as: role) { cancellation.settle($0, completion) }
    }.get()
  }

  /// Makes a channel over a connected socket; as `adopt(descriptor:as:)`, for programs without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue.
  public func adopt(
    descriptor: Int32, as role: NegotiationRole, completion: @escaping @Sendable (Result<Channel, IKCError>) -> Void
  ) {
    let responder = responder
    let finish: @Sendable (Result<Channel, IKCError>) -> Void = { result in responder.onQueue { completion(result) } }
    let socket: HandedSocket
    do throws(IKCError) {
      socket = try HandedSocket(descriptor, keepalive: configuration.keepalive)
    } catch {
      return finish(.failure(error))
    }
    do throws(IKCError) {
      try checkUse()
    } catch {
      socket.close()
      return finish(.failure(error))
    }
    let loop = takeLoop()
    let limits = configuration.limits
    let isRunning = loop.execute {
      do throws(IKCError) {
        let connection = try socket.connection(on: loop, limits: limits)
        switch role {
        case .client: Self.negotiate(over: connection, to: .handed, responder: responder, completion: finish)
        case .server: Self.accept(connection, on: .handed, responder: responder, completion: finish)
        }
      } catch {
        finish(.failure(error))
      }
    }
    if !isRunning {
      socket.close()
      finish(.failure(Self.shutDown))
    }
  }
}
