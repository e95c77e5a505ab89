/// The session that an event came from. It can be kept and used long after; any thread.
public struct Sender: Sendable {
  private let responder: Responder
  private let channel: Channel
  private let from: Specifier.Parts?
  /// The session that the event was for: it is the sender of what is posted back.
  private let session: SessionRecord?

  init(delivery: Delivery) {
    responder = delivery.responder
    channel = delivery.channel
    from = try? delivery.from()
    session = delivery.destination?.session
  }

  /// Where it is; nil where the event named no sender, as that of a session that has published nothing.
  public var specifier: Specifier? { from.map { Specifier($0) } }

  /// Posts to a state of the sender, with any number of arguments.
  ///
  /// - Throws: `invalidArgument` where the event named no sender; `unknownKernel` or `channelClosed` where its kernel has
  ///   gone; and what `Kernel.post(_:_:)` throws.
  public func post(_ state: String, _ arguments: Value...) throws(IKCError) {
    try post(state, arguments: arguments)
  }

  /// Posts to a state of the sender, with one argument of any encodable type. Otherwise as `post(_:_:)` with values.
  public func post<P: Encodable>(_ state: String, _ argument: P) throws(IKCError) {
    try post(state, arguments: ValueEncoder.list(argument))
  }

  /// Posts to a state of the sender, with arguments of any encodable types. Otherwise as `post(_:_:)` with values.
  public func post<P: Encodable, Q: Encodable, each R: Encodable>(
    _ state: String, _ first: P, _ second: Q, _ others: repeat each R
  ) throws(IKCError) {
    try post(state, arguments: ValueEncoder.list(first, second, repeat each others))
  }

  /// Posts to a state of the sender, with the arguments of a list. Otherwise as `post(_:_:)`.
  public func post(_ state: String, arguments: [Value]) throws(IKCError) {
    guard let from else {
      throw IKCError(
        .invalidArgument, "the event names no sender; the peer's session has to publish something first",
        peer: channel.name)
    }
    try responder.postBack(to: from, on: channel, state: state, arguments: arguments, from: session)
  }
}
