/// Accepts connections on one address until it is closed. Any thread may use it.
public final class Listener: Sendable {
  private let listeners: ListenerSet
  private let kernel: WeakKernel

  /// Holds the kernel without keeping it alive.
  // @unchecked: set once; reading a weak reference is safe on any thread.
  private final class WeakKernel: @unchecked Sendable {
    weak var kernel: Kernel?

    init(_ kernel: Kernel) { self.kernel = kernel }
  }

  init(_ listeners: ListenerSet, kernel: Kernel) {
    self.listeners = listeners
    self.kernel = WeakKernel(kernel)
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
    kernel.kernel?.release(self)
    listeners.close(completion)
  }
}
