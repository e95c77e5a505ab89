import CUV

final class EventLoop: @unchecked Sendable {
  init(name: String = "ikc") throws(IKCError) { preconditionFailure() }
  init(adopting loop: UnsafeMutablePointer<uv_loop_t>) throws(IKCError) { preconditionFailure() }
  var isCurrent: Bool { preconditionFailure() }
  /// False where the loop has stopped: `body` is never called.
  @discardableResult
  func execute(_ body: @escaping @Sendable () -> Void) -> Bool { preconditionFailure() }
  func wakeHook(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void { preconditionFailure() }
  func schedule(after delay: Duration, _ body: @escaping () -> Void) -> LoopTimer { preconditionFailure() }
  var now: UInt64 { preconditionFailure() }
  func listen(
    on address: Address, options: ListenOptions = .init(),
    accepted: @escaping (Connection) -> Void
  ) throws(IKCError) -> LoopListener { preconditionFailure() }
  func connect(
    to address: Address, limits: ConnectionLimits = .init(), keepalive: Int? = nil, timeout: Duration,
    completion: @escaping (Result<Connection, IKCError>) -> Void
  ) { preconditionFailure() }
  func stop(_ completion: @escaping @Sendable () -> Void = {}) { preconditionFailure() }
}

final class LoopTimer {
  func cancel() { preconditionFailure() }
}

final class LoopListener {
  let address: Address
  init(address: Address) { self.address = address }
  func pause() { preconditionFailure() }
  func resume() { preconditionFailure() }
  func close(_ completion: @escaping () -> Void = {}) { preconditionFailure() }
}

/// Listens on one address with any number of loops.
final class ListenerSet: Sendable {
  let address: Address
  init(address: Address) { self.address = address }
  /// Any thread. `accepted` is called on the thread of the loop that the connection lives on; `completion` on some loop's thread.
  static func open(
    on address: Address, loops: [EventLoop], options: ListenOptions = .init(),
    accepted: @escaping @Sendable (Connection) -> Void,
    completion: @escaping @Sendable (Result<ListenerSet, IKCError>) -> Void
  ) { preconditionFailure() }
  /// Any thread.
  func close(_ completion: @escaping @Sendable () -> Void = {}) { preconditionFailure() }
}
