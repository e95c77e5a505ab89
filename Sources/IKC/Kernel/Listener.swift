/// Accepts connections on one address until it is closed. Any thread may use it.
public final class Listener: Sendable {
  private let listeners: ListenerSet
  private let registry: ListenerRegistry

  init(_ listeners: ListenerSet, registry: ListenerRegistry) {
    self.listeners = listeners
    self.registry = registry
  }

  /// The address that it listens on, with the port that the system chose where 0 was asked for.
  public var address: Address { listeners.address }

  /// Accepts no more; channels that it accepted go on. A unix socket's file is removed. Returns when that is done.
  public func close() async {
    await withCheckedContinuation { continuation in
      close { continuation.resume() }
    }
  }

  /// Accepts no more; as `close()`, for programs without tasks.
  ///
  /// - Parameter completion: runs once, on a loop's thread.
  public func close(completion: @escaping @Sendable () -> Void) {
    registry.remove(self)
    listeners.close(completion)
  }
}
