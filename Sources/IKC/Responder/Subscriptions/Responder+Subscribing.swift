internal import Synchronization

extension Responder {
  /// Asks for one specifier; `completion` runs once, on the serial queue. Any thread.
  ///
  /// - Returns: what can be cancelled; nil where nothing is asked.
  @discardableResult
  func subscribe(
    to specifier: Specifier, from session: SessionRecord?, timeout: Duration,
    completion: @escaping PendingSubscription.Completion
  ) -> PendingSubscription? {
    let pending: PendingSubscription
    do throws(IKCError) {
      guard timeout > .zero else {
        throw IKCError(.invalidArgument, "a time-out has to be longer than zero, not \(timeout)")
      }
      pending = try prepare(specifier, from: session, completion: completion)
    } catch {
      let error = error.naming(specifier: specifier.description)
      onQueue { completion(.failure(error)) }
      return nil
    }
    onQueue { [self] in ask(pending, timeout: timeout) }
    return pending
  }

  private func prepare(
    _ specifier: Specifier, from session: SessionRecord?, completion: @escaping PendingSubscription.Completion
  ) throws(IKCError) -> PendingSubscription {
    let parts = try subscribable(specifier)
    let (channels, local) = registry.withLock { registry in
      let local = registry.channel(named: identity.id)
      let name = parts.kernel.isEmpty ? registry.defaultKernel ?? "" : parts.kernel
      let named = registry.channel(named: name).map { [$0] } ?? []
      return (name == "*" ? registry.all + [local].compactMap { $0 } : named, local)
    }
    let open = channels.filter { !$0.isClosed }
    guard let first = open.first else {
      guard !isShutDown.load(ordering: .relaxed) else { throw IKCError(.shutdown, "the kernel has been shut down") }
      throw unresolved(IKCError(.unknownKernel, "no kernel '\(parts.kernel)' is connected; connect first"))
    }
    return PendingSubscription(
      number: subscriptions.withLock { $0.takeNumber() },
      specifier: parts.kernel.isEmpty ? parts.replacing(kernel: first.name) : parts, channels: open, local: local,
      session: session, completion: completion)
  }

  /// What a subscription can be for. A Perl kernel ends when it is asked for something that is no specifier.
  private func subscribable(_ specifier: Specifier) throws(IKCError) -> Specifier.Parts {
    let parts = try specifier.parts()
    guard Specifier.Parts(parsing: parts.name) == parts, !parts.session.isEmpty else {
      throw IKCError(
        .invalidSpecifier,
        "a subscription is for a session or a state of one: poe://kernel/session or poe://kernel/session/state")
    }
    return parts
  }

  /// Serial queue.
  private func ask(_ pending: PendingSubscription, timeout: Duration) {
    // It may have been cancelled before its turn came.
    guard !pending.hasEnded else { return }
    subscriptions.withLock { $0.insert(pending) }
    let isRunning = home.execute { [self] in
      home.schedule(after: timeout) { [weak pending, self] in
        onQueue { [weak pending, self] in
          pending?.giveUp(IKCError(.timedOut, "no receipt within \(timeout)"), in: self)
        }
      }
    }
    guard isRunning else { return pending.giveUp(IKCError(.shutdown, "the kernel has been shut down"), in: self) }
    for channel in pending.channels {
      do throws(IKCError) {
        try grantReceipt(pending, to: channel)
        try writeQuestion(pending, to: channel)
        // One that closed meanwhile may have told of it too early.
        if channel.isClosed { throw closedError(channel, nil) }
      } catch {
        pending.take(.refused(error), from: channel, in: self)
      }
    }
  }

  /// Lets the kernel post the receipt, once.
  private func grantReceipt(_ pending: PendingSubscription, to channel: Channel) throws(IKCError) {
    let target = PublishedState(
      session: try session(Self.ownSession), state: pending.receipt,
      handler: DeliveryHandler { [weak pending, unowned self] delivery in
        guard let pending else { return }
        let params = (try? delivery.params()) ?? .undef
        pending.take(SubscriptionReceipt(params), from: delivery.channel, in: self)
      })
    permits.withLock { $0.grant(target, to: channel) }
  }

  private func writeQuestion(_ pending: PendingSubscription, to channel: Channel) throws(IKCError) {
    let asked = Specifier.Parts(
      kernel: pending.specifier.kernel, session: pending.specifier.session, state: pending.specifier.state)
    try channel.writeFrame { (writer: inout ByteWriter) throws(IKCError) in
      writer.beginMessage(fields: 4)
      try writer.writeStorable(encoding: Value.array([asked.value, .string(identity.id)]), in: .params)
      writer.writeKey("params")
      try writer.writeStorable(specifierHash: asked.kernel, session: Self.ownSession, state: "do_you_have")
      writer.writeKey("event")
      try writer.writeStorable(specifierHash: identity.id, session: Self.ownSession, state: nil)
      writer.writeKey("from")
      try writer.writeStorable(specifierHash: identity.id, session: Self.ownSession, state: pending.receipt)
      writer.writeKey("rsvp")
    }
  }
}

// Serial queue.
extension Responder {
  /// Takes back what a subscription that has ended still holds.
  func forget(_ pending: PendingSubscription) {
    subscriptions.withLock { $0.remove(pending) }
    permits.withLock { permits in
      for channel in pending.channels {
        _ = permits.take(session: Self.ownSession, state: pending.receipt, channel: channel)
      }
    }
  }

  func makeProxy(
    for pending: PendingSubscription, at channel: Channel, hearsOfEnd: Bool
  ) -> Result<Proxy, IKCError> {
    guard !channel.isClosed else { return .failure(closedError(channel, nil)) }
    let kernel = pending.specifier.kernel == "*" ? channel.name : pending.specifier.kernel
    let proxy = Proxy(
      target: pending.specifier.replacing(kernel: kernel), channel: channel, responder: self, session: pending.session,
      hearsOfEnd: hearsOfEnd)
    subscriptions.withLock { $0.insert(proxy) }
    tellSubscribed(to: proxy.specifier, at: channel)
    return .success(proxy)
  }

  /// Ends one subscription at its holder's wish.
  func unsubscribe(_ proxy: Proxy) {
    guard subscriptions.withLock({ $0.remove(proxy) }) else { return }
    if proxy.hearsOfEnd { sendUnsubscription(of: proxy.target, to: proxy.channel) }
    tellUnsubscribed(from: proxy.specifier, at: proxy.channel)
    proxy.end(IKCError(.cancelled, "unsubscribed", peer: proxy.kernel, specifier: proxy.specifier.description))
  }

  /// Ends the subscriptions at a kernel that has gone.
  func endSubscriptions(at channel: Channel, _ error: IKCError, under names: [String]) {
    for pending in subscriptions.withLock({ $0.waiting }) { pending.take(.refused(error), from: channel, in: self) }
    for proxy in subscriptions.withLock({ $0.removeAll(at: channel) }) {
      if !names.isEmpty { tellUnsubscribed(from: proxy.specifier, at: channel, under: names) }
      proxy.end(error.naming(peer: channel.name, specifier: proxy.specifier.description))
    }
  }
}
