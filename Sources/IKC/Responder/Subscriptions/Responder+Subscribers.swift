internal import Logging
internal import Synchronization

// Serial queue.
extension Responder {
  /// The state of session `IKC` that hears of the end of subscriptions. IKC 0.2402 has none: only kernels that name it in
  /// their receipts are told.
  static let unsubscribeState = "unsubscribe"

  /// Answers whether a peer may subscribe, and enters it among the subscribers if so. Parameters are the specifier and the
  /// peer's kernel id.
  func doYouHave(_ delivery: Delivery) throws(IKCError) -> Value {
    let specifier = try Self.subject(of: delivery, "do_you_have asks for")
    let isPublished = publications.withLock { publications in
      let states = publications.published(session: specifier.session)
      guard specifier.state.isEmpty ? !states.isEmpty : states.contains(specifier.state) else { return false }
      // Under the same lock as a retraction, which must not come in between.
      if delivery.isCall {
        subscribers.withLock { $0.add(delivery.channel, session: specifier.session, state: specifier.state) }
      }
      return true
    }
    guard isPublished else { return .string("Refused subscription \(specifier.name)") }
    let answer = specifier.kernel.isEmpty ? specifier.replacing(kernel: identity.id) : specifier
    return .array([answer.value, .string(identity.id), .string(Self.unsubscribeState)])
  }

  /// A peer has ended a subscription; parameters are those of `do_you_have`.
  func takeUnsubscription(_ delivery: Delivery) throws(IKCError) {
    let specifier = try Self.subject(of: delivery, "unsubscribe names")
    subscribers.withLock { $0.remove(delivery.channel, session: specifier.session, state: specifier.state) }
    try delivery.answerNothing()
  }

  private static func subject(of delivery: Delivery, _ what: String) throws(IKCError) -> Specifier.Parts {
    let params = try delivery.params()
    let named = if case .array(let list) = params { list.first ?? .undef } else { params }
    guard let specifier = Specifier.Parts(named) else {
      throw IKCError(.invalidSpecifier, "\(what) something that is no specifier")
    }
    return specifier
  }

  /// Tells a kernel that has accepted a subscription, and wants to hear of it, that there is none any more.
  func sendUnsubscription(of specifier: Specifier.Parts, to channel: Channel) {
    guard !channel.isClosed else { return }
    do throws(IKCError) {
      try channel.writeFrame { (writer: inout ByteWriter) throws(IKCError) in
        writer.beginMessage(fields: 3)
        try writer.writeStorable(encoding: Value.array([specifier.value, .string(identity.id)]), in: .params)
        writer.writeKey("params")
        try writer.writeStorable(specifierHash: channel.name, session: Self.ownSession, state: Self.unsubscribeState)
        writer.writeKey("event")
        try writer.writeStorable(specifierHash: identity.id, session: Self.ownSession, state: nil)
        writer.writeKey("from")
      }
    } catch {
      report(error.naming(peer: channel.name), during: .channelWrite, on: channel)
    }
  }

  /// Takes back a subscription that a kernel accepts when nobody waits for it any more. False where a message to that state
  /// of session `IKC` is something else.
  func takeLateReceipt(_ delivery: Delivery, at state: String) -> Bool {
    guard state.hasPrefix(PendingSubscription.receiptPrefix), let params = try? delivery.params(),
      case .accepted(let specifier, hearsOfEnd: true) = SubscriptionReceipt(params)
    else { return false }
    logger.debug("late receipt taken back", metadata: ["peer": "\(delivery.channel.name)"])
    sendUnsubscription(of: specifier, to: delivery.channel)
    return true
  }
}
