internal import Logging
internal import Synchronization

// Loop threads.
extension Responder: ChannelOwner {
  /// Bytes that may wait for the serial queue before a channel stops reading, and when it goes on.
  private static let backlog = (high: 1 << 20, low: 256 << 10)

  /// Begins a negotiation.
  func start(_ channel: Channel, ends: SocketEnds = SocketEnds()) {
    channel.ends = ends
    channels.withLock { $0.insert(channel) }
    channel.start()
  }

  func channelEstablished(_ channel: Channel) {
    _ = channels.withLock { $0.remove(channel) }
    let (refused, count) = registry.withLock { ($0.register(channel), $0.count) }
    let held = refused.isEmpty ? channel.names : channel.names.filter { !refused.contains($0) }
    metrics.channels.set(count)
    if !held.isEmpty {
      tell(.register, of: channel, under: held)
      tell(.channelReady, of: channel, under: held)
    }
    logger.debug("kernel registered", metadata: ["peer": "\(channel.name)", "names": "\(channel.names)"])
    // It came after those that the shutdown found.
    if isShutDown.load(ordering: .acquiring) { channel.close() }
    for name in refused {
      logger.warning("name belongs to another live kernel", metadata: ["peer": "\(channel.name)", "name": "\(name)"])
    }
  }

  func channel(_ channel: Channel, received batch: borrowing FrameBatch) {
    let size = batch.byteCount
    metrics.messages.increment(by: batch.count)
    metrics.bytes.increment(by: size)
    channel.received.add(frames: batch.count, bytes: size)
    guard queue.tryEnter() else { return receiveLater(batch, from: channel) }
    receive(batch, from: channel)
    checkUnsentBytes(of: channel)
    queue.leave()
  }

  private func receiveLater(_ batch: borrowing FrameBatch, from channel: Channel) {
    let owned = batch.copy()
    let size = owned.withFrames { $0.byteCount }
    if channel.backlog.add(size, ordering: .relaxed).newValue > Self.backlog.high {
      channel.setPaused(true, .backlog)
    }
    queue.submit(weight: owned.count) { [self] in
      owned.withFrames { receive($0, from: channel) }
      checkUnsentBytes(of: channel)
      let (before, after) = channel.backlog.subtract(size, ordering: .relaxed)
      if before > Self.backlog.low, after <= Self.backlog.low { channel.setPaused(false, .backlog) }
    }
  }

  /// A peer that asks more than it reads has to wait.
  private func checkUnsentBytes(of channel: Channel) {
    guard channel.unsentBytes > settings.highWatermark else { return }
    channel.setPaused(true, .unsentBytes)
    channel.connection.notifyWhenDrained()
  }

  func channelDrained(_ channel: Channel) {
    channel.setPaused(false, .unsentBytes)
    for waiter in waiters.withLock({ $0.removeAll(for: channel) }) { waiter() }
  }

  func channelReceivedEnd(_ channel: Channel) {
    onQueue { [self] in
      // A half-closed peer still gets the answers that it waits for.
      closeWhenAnswered(channel)
      failCalls(on: channel, closedError(channel, nil))
    }
  }

  /// Closes a channel as soon as the handlers that run for it have answered. Serial queue.
  func closeWhenAnswered(_ channel: Channel) {
    channel.closesWhenAnswered = true
    if channel.handlersUnderWay == 0 { channel.close() }
  }

  func channelClosed(_ channel: Channel, error: IKCError?) {
    let unsent = channel.unsentBytes
    _ = channels.withLock { $0.remove(channel) }
    let (held, count) = registry.withLock { ($0.unregister(channel), $0.count) }
    let wasRegistered = held != nil
    if wasRegistered { metrics.channels.set(count) }
    onQueue { [self] in
      for waiter in waiters.withLock({ $0.removeAll(for: channel) }) { waiter() }
      permits.withLock { $0.removeAll(of: channel) }
      subscribers.withLock { $0.removeAll(of: channel) }
      failCalls(on: channel, closedError(channel, error))
      if wasRegistered { logger.debug("kernel unregistered", metadata: ["peer": "\(channel.name)"]) }
      let names = held ?? []
      if let error, error.code != .shutdown {
        report(
          error.naming(peer: wasRegistered ? channel.name : nil),
          during: .ending(channel, wasRegistered: wasRegistered),
          on: names.isEmpty ? nil : channel, under: names)
      } else if unsent > 0 {
        report(
          IKCError(.channelClosed, "the channel closed before \(unsent) bytes were sent", peer: channel.name),
          during: .channelWrite, on: names.isEmpty ? nil : channel, under: names)
      }
      if !names.isEmpty {
        tell(.channelClose(error), of: channel, under: names)
        tell(.unregister(error), of: channel, under: names)
      }
      endSubscriptions(at: channel, closedError(channel, error), under: names)
      tellIfIdle()
    }
  }

  /// Calls those who wait for the last channel to end. Serial queue.
  func tellIfIdle() {
    guard registry.withLock({ $0.count == 0 }), channels.withLock({ $0.isEmpty }) else { return }
    let waiting = idleWaiters.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for waiter in waiting { waiter() }
  }
}
