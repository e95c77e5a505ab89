extension Kernel {
  /// Connects to the kernel at `address`, and subscribes: it completes once every specifier is accepted by someone.
  ///
  /// - Parameters:
  ///   - address: as in `connect(to:timeout:)`.
  ///   - timeout: for resolving and connecting, as in `connect(to:timeout:)`.
  ///   - specifiers: what to subscribe to, at the kernel by its name or at `*`.
  ///   - session: as in `subscribe(_:timeout:as:)`.
  /// - Returns: the channel, and a proxy for each specifier in order.
  /// - Throws: what `connect(to:timeout:)` throws; where a specifier is not accepted, the code that
  ///   `subscribe(_:timeout:as:)` gives for the first such, with a message that names all of them; `cancelled`, at once,
  ///   where the task is cancelled. The channel is closed then, and what was accepted is taken back.
  public func connect(
    to address: Address, timeout: Duration? = nil, subscribing specifiers: [Specifier], as session: Session? = nil
  ) async throws(IKCError) -> (channel: Channel, proxies: [Proxy]) {
    try await Cancellation.wait { cancellation, completion in
      connect(
        to: address, timeout: timeout, subscribing: specifiers, as: session, until: cancellation, completion: completion
      )
    }.get()
  }

  /// Connects to the kernel at `address`, and subscribes; as `connect(to:timeout:subscribing:as:)`, for programs without
  /// tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on the serial queue.
  public func connect(
    to address: Address, timeout: Duration? = nil, subscribing specifiers: [Specifier], as session: Session? = nil,
    completion: @escaping @Sendable (Result<(channel: Channel, proxies: [Proxy]), IKCError>) -> Void
  ) {
    connect(
      to: address, timeout: timeout, subscribing: specifiers, as: session, until: nil, completion: completion)
  }

  private func connect(
    to address: Address, timeout: Duration?, subscribing specifiers: [Specifier], as session: Session?,
    until cancellation: Cancellation?,
    completion: @escaping @Sendable (Result<(channel: Channel, proxies: [Proxy]), IKCError>) -> Void
  ) {
    do throws(IKCError) {
      for specifier in specifiers { _ = try specifier.validated() }
    } catch {
      return responder.onQueue { completion(.failure(error)) }
    }
    connect(to: address, timeout: timeout, until: cancellation) { [weak self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let channel):
        guard let self else { return completion(.failure(Self.shutDown)) }
        subscribe(specifiers, as: session, until: cancellation) { results in
          completion(Self.settle(channel, specifiers, results))
        }
      }
    }
  }

  /// All or nothing.
  private static func settle(
    _ channel: Channel, _ specifiers: [Specifier], _ results: [Result<Proxy, IKCError>]
  ) -> Result<(channel: Channel, proxies: [Proxy]), IKCError> {
    var proxies: [Proxy] = []
    var missing: [String] = []
    var failures: [IKCError] = []
    for (specifier, result) in zip(specifiers, results) {
      switch result {
      case .success(let proxy): proxies.append(proxy)
      case .failure(let error):
        missing.append("\(specifier) (\(error.message))")
        failures.append(error)
      }
    }
    guard let first = failures.first else { return .success((channel, proxies)) }
    for proxy in proxies { proxy.unsubscribe() }
    channel.close()
    if failures.contains(where: { $0.code == .cancelled }) {
      return .failure(Cancellation.error.naming(peer: channel.name))
    }
    return .failure(
      IKCError(
        first.code, "not accepted: " + missing.joined(separator: ", "), peer: channel.name, specifier: first.specifier))
  }
}
