final class MemoryConnection: Connection, @unchecked Sendable {
  static func pair(on loop: EventLoop, limits: ConnectionLimits = .init()) -> (MemoryConnection, MemoryConnection) {
    preconditionFailure()
  }
}
