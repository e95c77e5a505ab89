/// A kernel that has subscribed to a session of this one, or to a single state of it.
public struct Subscriber: Sendable {
  /// The channel to the kernel.
  public let channel: Channel
  /// The session that it has subscribed to.
  public let session: String
  /// The state that it has subscribed to; nil where it is the whole session.
  public let state: String?

  /// The canonical name of the kernel.
  public var kernel: String { channel.name }
}
