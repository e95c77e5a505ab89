internal import Synchronization

/// Accepts connections on one address until it is closed. Any thread may use it.
public final class Listener: Sendable {
  /// Why a listener has closed.
  public enum Ending: Sendable {
    /// `close` was called, or the kernel has shut down.
    case closed
    /// It has accepted as many connections as it was to.
    case exhausted
  }

  private struct State {
    var ending: Ending?
    var waiting: [@Sendable (Ending) -> Void] = []
  }

  private let listeners: ListenerSet
  private let registry: ListenerRegistry
  private let state = Mutex(State())

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
    close(.closed, completion)
  }

  /// Returns when it has closed, and why; at once where it has already.
  @discardableResult
  public func ended() async -> Ending {
    await withCheckedContinuation { continuation in
      onEnd { continuation.resume(returning: $0) }
    }
  }

  /// Calls `handler` when it has closed, once, on a thread of the kernel's own choice; at once where it has already.
  public func onEnd(_ handler: @escaping @Sendable (Ending) -> Void) {
    let ending = state.withLock { state in
      if state.ending == nil { state.waiting.append(handler) }
      return state.ending
    }
    if let ending { handler(ending) }
  }

  /// Accepts no more, for that reason.
  func close(_ ending: Ending, _ completion: @escaping @Sendable () -> Void = {}) {
    registry.remove(self)
    listeners.close { [self] in
      end(ending)
      completion()
    }
  }

  /// It has closed; the first reason counts.
  func end(_ ending: Ending) {
    let waiting = state.withLock { state in
      guard state.ending == nil else { return [] as [@Sendable (Ending) -> Void] }
      state.ending = ending
      defer { state.waiting = [] }
      return state.waiting
    }
    for handler in waiting { handler(ending) }
  }
}
