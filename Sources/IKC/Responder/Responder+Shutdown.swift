internal import Synchronization

extension Responder {
  /// Makes this kernel's own sessions reachable by its names, like any other kernel's.
  func registerLocal(limits: ConnectionLimits) throws(IKCError) {
    try home.executeAndWait { [self] () throws(IKCError) in
      let (near, far) = try MemoryConnection.pair(on: home, limits: limits, mode: .frames)
      let channels = [near, far].map {
        Channel(local: $0, names: identity.names, settings: settings, owner: self)
      }
      registry.withLock { $0.registerLocal(channels[0], names: identity.names) }
      for channel in channels { channel.start() }
    }
  }

  /// Lets the local channel go.
  func unregisterLocal() {
    if let local = registry.withLock({ $0.channel(named: identity.id) }) {
      endSubscriptions(at: local, IKCError(.shutdown, "the kernel has been shut down"), under: [])
    }
    subscribers.withLock { $0 = SubscriberTable() }
    registry.withLock { $0 = Registry() }
  }

  /// Closes every channel as soon as its handlers have answered, then calls `completion`. Serial queue.
  func closeAll(_ completion: @escaping @Sendable () -> Void) {
    let next: Hop = { [self] body in home.execute { [self] in onQueue(body) } }
    end(.negotiating, next, { $0.abort() }) { [self] in
      end(.registered, next, { [self] in closeWhenAnswered($0) }, completion)
    }
  }

  /// Ends every channel, without a word to the serial queue: what runs there may be what hangs. Any thread.
  func abortAll() {
    let next: Hop = { [self] body in home.execute(body) }
    end(.negotiating, next, { $0.abort() }) { [self] in
      end(.registered, next, { $0.abort() }, {})
    }
  }

  private enum Kind { case negotiating, registered }

  /// Has something go on in a later turn of the loop; false where that has stopped.
  private typealias Hop = @Sendable (@escaping @Sendable () -> Void) -> Bool

  /// Ends some channels in each turn of the home loop, so that everything else has its turn as well.
  private func end(
    _ kind: Kind, before position: Int? = nil, _ next: @escaping Hop,
    _ body: @escaping @Sendable (Channel) -> Void, _ completion: @escaping @Sendable () -> Void
  ) {
    var position = position
    let found =
      switch kind {
      case .negotiating: channels.withLock { $0.some(before: &position) }
      case .registered: registry.withLock { $0.some(before: &position) }
      }
    guard !found.isEmpty else { return completion() }
    for channel in found { body(channel) }
    let left = position
    let goesOn = next { [self] in end(kind, before: left, next, body, completion) }
    if !goesOn { completion() }
  }
}
