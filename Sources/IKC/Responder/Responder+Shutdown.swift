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
    registry.withLock { $0 = Registry() }
  }

  /// Closes every channel as soon as its handlers have answered. Serial queue.
  func closeAll() {
    for channel in registry.withLock({ $0.all }) { closeWhenAnswered(channel) }
    for channel in channels.withLock({ $0.all }) { channel.abort() }
  }

  /// Ends every channel now. Any thread.
  func abortAll() {
    for channel in registry.withLock({ $0.all }) + channels.withLock({ $0.all }) { channel.abort() }
  }
}
