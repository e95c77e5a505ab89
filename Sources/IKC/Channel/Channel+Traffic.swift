extension Channel {
  /// What went over a channel.
  public struct Traffic: Sendable, Hashable {
    /// Frames that came in; each is a message.
    public let framesReceived: Int
    /// Bytes of their bodies.
    public let bytesReceived: Int
    /// Frames that were written; `unsentBytes` tells what of them is still here.
    public let framesSent: Int
    /// Bytes of their bodies.
    public let bytesSent: Int
    /// Since when is counted, to a few milliseconds: when the connection was made.
    public let since: ContinuousClock.Instant
  }

  /// What went over the channel so far, without the negotiation. Any thread; may lag a moment behind.
  public var traffic: Traffic {
    let outside = connection.writtenFromOutside
    let age = MonotonicClock.coarseMilliseconds - openedAt
    return Traffic(
      framesReceived: received.frames, bytesReceived: received.bytes,
      framesSent: sentOnLoop.frames + outside.frames, bytesSent: sentOnLoop.bytes + outside.bytes,
      since: .now - .milliseconds(age))
  }

  /// The address of the peer's end; nil where the system has none for it: the connecting end of a unix socket, one of a
  /// `socketpair`. Still there when the channel has closed.
  public var peerAddress: Address? { ends.peer.flatMap(Self.address) }

  /// The address of this end; otherwise as `peerAddress`.
  public var ownAddress: Address? { ends.own.flatMap(Self.address) }

  private static func address(_ end: Endpoint) -> Address? {
    switch end {
    case .internet(let ip, let port): .tcp(host: ip, port: Int(port))
    case .unix(let path): path.map { .unix(path: $0) }
    }
  }
}
