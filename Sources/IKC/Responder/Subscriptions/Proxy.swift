internal import Synchronization

/// A session of another kernel that this one has subscribed to: what is posted to it is posted there.
///
/// It stays until its kernel goes or `unsubscribe` is called, whether or not it is held. Any thread may use it.
public final class Proxy: Sendable {
  private struct Life {
    var reason: IKCError?
    var watchers: [UInt64: @Sendable (IKCError) -> Void] = [:]
    var next: UInt64 = 0
  }

  let target: Specifier.Parts
  let responder: Responder
  /// Whether the kernel wants to be told of the end.
  let hearsOfEnd: Bool
  private let sender: SessionRecord?
  private let life = Mutex(Life())

  /// The channel to the kernel that accepted.
  public let channel: Channel

  /// What was subscribed to; where all kernels were asked, with the one that accepted.
  public let specifier: Specifier

  /// - Parameters:
  ///   - target: what was subscribed to.
  ///   - session: the session that posts, if one does.
  init(
    target: Specifier.Parts, channel: Channel, responder: Responder, session: SessionRecord?, hearsOfEnd: Bool
  ) {
    self.target = target
    self.channel = channel
    self.responder = responder
    self.hearsOfEnd = hearsOfEnd
    sender = session
    specifier = Specifier(target)
  }

  /// The id of the kernel that accepted.
  public var kernel: String { channel.name }

  /// The session that was subscribed to.
  public var session: String { target.session }

  /// The state that was subscribed to; nil where it is the whole session.
  public var state: String? { target.state.isEmpty ? nil : target.state }

  /// Why nothing can be posted any more: `channelClosed` where the kernel has gone, `shutdown`, or `cancelled` after
  /// `unsubscribe`. Nil while it is active.
  public var endReason: IKCError? { life.withLock { $0.reason } }

  /// Whether events can be posted.
  public var isActive: Bool { endReason == nil && !channel.isClosed }

  /// Posts to a state of the session, with any number of arguments: a Perl handler finds them in ARG0, ARG1 and so on,
  /// a Swift one in `Event.arguments`. Never blocks.
  ///
  /// - Throws: `channelClosed` once it has ended; `invalidArgument` where another state was subscribed to; `congested`,
  ///   `cannotEncode`, `frameTooLong`.
  public func post(_ state: String, _ arguments: Value...) throws(IKCError) {
    try post(state, arguments: arguments)
  }

  /// Posts to a state of the session, with one argument of any encodable type. Otherwise as `post(_:_:)` with values.
  public func post<P: Encodable>(_ state: String, _ argument: P) throws(IKCError) {
    try post(state, arguments: ValueEncoder.list(argument))
  }

  /// Posts to a state of the session, with arguments of any encodable types. Otherwise as `post(_:_:)` with values.
  public func post<P: Encodable, Q: Encodable, each R: Encodable>(
    _ state: String, _ first: P, _ second: Q, _ others: repeat each R
  ) throws(IKCError) {
    try post(state, arguments: ValueEncoder.list(first, second, repeat each others))
  }

  /// Posts to a state of the session, with the arguments of a list. Otherwise as `post(_:_:)`.
  public func post(_ state: String, arguments: [Value]) throws(IKCError) {
    try check(state)
    try responder.write(
      event: Specifier.Parts(kernel: target.kernel, session: target.session, state: "IKC:proxy"),
      Value.array([.string(state), .array(arguments)]), from: sender, to: channel)
  }

  /// Calls a state of the session with one argument and waits for its result; as `Kernel.call(_:_:as:timeout:wantArray:)`.
  ///
  /// - Throws: also what `post(_:_:)` throws.
  public func call<P: Encodable, R: Decodable & Sendable>(
    _ state: String, _ params: P, as type: R.Type, timeout: Duration = .seconds(60)
  ) async throws(IKCError) -> R {
    try check(state)
    return try await responder.callAndWait(
      Specifier(kernel: kernel, session: target.session, state: state), params, as: type, from: sender,
      timeout: timeout, wantsList: false)
  }

  /// Ends the subscription. A Swift kernel is told, which then counts this one no more among `Kernel.subscribers`; IKC
  /// 0.2402 knows no such message, so a Perl kernel is sent nothing.
  public func unsubscribe() {
    responder.onQueue { [self] in responder.unsubscribe(self) }
  }

  /// Calls `handler` once when the proxy ends, with the reason; on the serial queue, soon where it has ended already.
  public func onEnd(_ handler: @escaping @Sendable (IKCError) -> Void) {
    _ = watch(handler)
  }

  /// Waits for the end and returns the reason, as `endReason` has it.
  ///
  /// - Throws: `cancelled` where the task is cancelled before.
  public func ended() async throws(IKCError) -> IKCError {
    let (ends, arrival) = AsyncStream.makeStream(of: IKCError.self)
    let number = watch { arrival.yield($0) }
    for await reason in ends { return reason }
    life.withLock { $0.watchers[number] = nil }
    throw IKCError(.cancelled, "the waiting task was cancelled", specifier: specifier.description)
  }

  private func watch(_ handler: @escaping @Sendable (IKCError) -> Void) -> UInt64 {
    let (number, reason) = life.withLock { life in
      life.next += 1
      if life.reason == nil { life.watchers[life.next] = handler }
      return (life.next, life.reason)
    }
    if let reason { responder.onQueue { handler(reason) } }
    return number
  }

  /// Serial queue.
  func end(_ reason: IKCError) {
    let watchers = life.withLock { life in
      defer { life.watchers = [:] }
      life.reason = reason
      return life.watchers.sorted { $0.key < $1.key }
    }
    for (_, watcher) in watchers { watcher(reason) }
  }

  private func check(_ state: String) throws(IKCError) {
    guard isActive else {
      throw IKCError(
        .channelClosed, "the subscription has ended" + (endReason.map { ": " + $0.message } ?? ""), peer: kernel,
        specifier: specifier.description)
    }
    guard target.state.isEmpty || state == target.state else {
      throw IKCError(
        .invalidArgument,
        "the subscription is for state '\(target.state)' alone, not for '\(state)'; "
          + "subscribe to the session to reach others", peer: kernel, specifier: specifier.description)
    }
    guard !state.isEmpty else { throw IKCError(.invalidArgument, "name a state to post to") }
  }
}
