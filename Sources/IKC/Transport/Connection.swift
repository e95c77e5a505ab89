/// A byte stream that carries lines, then frames.
class Connection: @unchecked Sendable {
  final var handler: (any ConnectionHandler)?
  final let loop: EventLoop
  init(loop: EventLoop) { self.loop = loop }

  final var isOnLoop: Bool { loop.isCurrent }
  func startReading() { preconditionFailure() }
  func pauseReading() { preconditionFailure() }
  func resumeReading() { preconditionFailure() }
  final func write<R, E: Error>(_ body: (inout OutputBytes) throws(E) -> R) throws(E) -> R { preconditionFailure() }
  final var unsentBytes: Int { preconditionFailure() }
  final var isClosed: Bool { preconditionFailure() }
  func finish() { preconditionFailure() }
  func abort() { preconditionFailure() }
  var peerAddress: Endpoint? { nil }
  var localAddress: Endpoint? { nil }
  var fileDescriptor: Int32? { nil }
}
