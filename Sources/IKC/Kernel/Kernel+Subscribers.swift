internal import Synchronization

extension Kernel {
  /// The kernels that are subscribed to sessions of this one, in alphabetical order of kernels, sessions and states; this
  /// kernel itself is among them where it has subscribed to its own. Any thread.
  ///
  /// A kernel stands here once for each session and state, from the moment on that its subscription is accepted: until its
  /// channel ends, or what it has subscribed to is retracted; a Swift kernel also until it unsubscribes from it. IKC 0.2402
  /// says nothing when it unsubscribes. Nor does it learn of a retraction: where what was retracted is published again, a
  /// kernel can post to it as before, and is counted once it subscribes again.
  public var subscribers: [Subscriber] { responder.subscribers.withLock { $0.all() } }
}

extension Session {
  /// The kernels that are subscribed to this session or to single states of it; as `Kernel.subscribers`.
  public var subscribers: [Subscriber] { responder.subscribers.withLock { $0.all(session: name) } }
}
