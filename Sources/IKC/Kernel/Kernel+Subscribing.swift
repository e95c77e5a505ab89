internal import Synchronization

extension Kernel {
  /// Subscribes to a session, or to a single state of one, of another kernel.
  ///
  /// Where kernel `*` is asked, the first other kernel that accepts wins, and this one only where no other does. What is
  /// posted to the proxy goes to that kernel.
  ///
  /// - Parameters:
  ///   - specifier: `poe://kernel/session` or `poe://kernel/session/state`.
  ///   - timeout: for all receipts; `Configuration.subscribeTimeout` where nil.
  ///   - session: the session that posts through the proxy: the receiver can post back to it.
  /// - Throws: `refused` with the peer's text; `timedOut`; `channelClosed`; `unknownKernel`; `invalidSpecifier`, with
  ///   nothing sent, for what a Perl kernel could not bear; `cancelled`, at once, where the task is cancelled before: what
  ///   is accepted later is taken back; `shutdown`.
  public func subscribe(
    _ specifier: Specifier, timeout: Duration? = nil, as session: Session? = nil
  ) async throws(IKCError) -> Proxy {
    let results = await subscribe([specifier], timeout: timeout, as: session)
    guard let result = results.first else { throw Self.shutDown }
    return try result.get()
  }

  /// Subscribes to several sessions or states at once. Otherwise as `subscribe(_:timeout:as:)`.
  ///
  /// - Returns: for each specifier, in order, its proxy or why there is none, once all are answered or timed out. Where the
  ///   task is cancelled those that had been accepted have proxies, which go on until `Proxy.unsubscribe()`.
  public func subscribe(
    _ specifiers: [Specifier], timeout: Duration? = nil, as session: Session? = nil
  ) async -> [Result<Proxy, IKCError>] {
    await Cancellation.wait { cancellation, completion in
      subscribe(specifiers, timeout: timeout, as: session, until: cancellation, completion: completion)
    }
  }

  /// Subscribes to several sessions or states at once; for programs without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue, with a result for each specifier in order.
  public func subscribe(
    _ specifiers: [Specifier], timeout: Duration? = nil, as session: Session? = nil,
    completion: @escaping @Sendable ([Result<Proxy, IKCError>]) -> Void
  ) {
    subscribe(specifiers, timeout: timeout, as: session, until: nil, completion: completion)
  }

  /// The same, as long as it is not cancelled.
  func subscribe(
    _ specifiers: [Specifier], timeout: Duration? = nil, as session: Session?, until cancellation: Cancellation?,
    completion: @escaping @Sendable ([Result<Proxy, IKCError>]) -> Void
  ) {
    guard !specifiers.isEmpty else { return responder.onQueue { completion([]) } }
    if let cancellation, cancellation.isCancelled {
      return completion(specifiers.map { .failure(Cancellation.error.naming(specifier: $0.description)) })
    }
    let gathered = Gathered(specifiers.count)
    let pending = specifiers.enumerated().compactMap { index, specifier in
      responder.subscribe(
        to: specifier, from: session?.record, timeout: timeout ?? configuration.subscribeTimeout
      ) { result in
        if let results = gathered.set(result, at: index) { completion(results) }
      }
    }
    cancellation?.arm { [responder] in
      responder.onQueue { for subscription in pending { subscription.cancel(Cancellation.error, in: responder) } }
    }
  }

  /// The proxies of all subscriptions that have not ended.
  public var proxies: [Proxy] { responder.subscriptions.withLock { $0.active } }
}

/// Results that come one by one, in any order.
private final class Gathered: Sendable {
  private let results: Mutex<[Result<Proxy, IKCError>?]>

  init(_ count: Int) { results = Mutex(Array(repeating: nil, count: count)) }

  /// Enters one; all of them where it was the last.
  func set(_ result: Result<Proxy, IKCError>, at index: Int) -> [Result<Proxy, IKCError>]? {
    results.withLock { results in
      results[index] = result
      let all = results.compactMap { $0 }
      return all.count == results.count ? all : nil
    }
  }
}
