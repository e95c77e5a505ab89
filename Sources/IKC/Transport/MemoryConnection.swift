final class MemoryConnection: Connection, @unchecked Sendable {
  static func pair(on loop: EventLoop, limits: ConnectionLimits = .init(), mode: ReadMode = .lines) -> (MemoryConnection, MemoryConnection) {
    preconditionFailure()
  }
}
