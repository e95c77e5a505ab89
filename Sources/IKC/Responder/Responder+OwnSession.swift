// The session `IKC`, which every kernel publishes.
extension Responder {
  static let ownSession = "IKC"

  func publishOwnSession() throws(IKCError) {
    _ = try session(Self.ownSession)
    let handlers: [(String, Handler)] = [
      ("ping", DeliveryHandler { try $0.answer("PONG") }),
      ("do_you_have", DeliveryHandler { [unowned self] in try $0.answer(doYouHave($0)) }),
      (Self.unsubscribeState, DeliveryHandler { [unowned self] in try takeUnsubscription($0) }),
      ("published", DeliveryHandler { [unowned self] in try $0.answer(published($0.params())) }),
      ("remote_error", DeliveryHandler { [unowned self] in try takeRemoteError($0) }),
    ]
    try changePublications { (publications: inout Publications) throws(IKCError) in
      for (state, handler) in handlers {
        publications.setHandler(handler, session: Self.ownSession, state: state)
      }
      try publications.publish(session: Self.ownSession, states: handlers.map(\.0))
    }
  }

  /// What is published, as IKC 0.2402 tells its own sessions: the states of the session that is named, or those of all
  /// by session.
  private func published(_ params: Value) -> Value {
    func list(_ states: [String]) -> Value { .array(states.map { .string($0) }) }
    let asked = params.array?.first ?? params
    return publications.withLock { publications in
      guard asked.isTrue, let session = asked.text else {
        let sessions = publications.published.sorted { $0.key < $1.key }
        return .hash(Value.Hash(sessions.map { (Value.Hash.Key($0.key), list($0.value)) }))
      }
      return list(publications.published(session: session))
    }
  }

  /// A peer reports that something we sent went wrong.
  private func takeRemoteError(_ delivery: Delivery) throws(IKCError) {
    let message = (try? StorableSerializer().decode(delivery.body)).flatMap { Message($0) }
    let error = RemoteError(try delivery.params(), failed: message?.fields["failed"])
    let channel = delivery.channel
    let operation = Monitor.Operation.remote(error.when)
    if let (completion, place) = failedCall(error, on: channel) {
      let failure = IKCError(.remote, error.text, peer: channel.name, specifier: place.specifier)
      report(failure, during: operation, on: channel, hasReachedCaller: true)
      completion(.failure(failure))
    } else {
      report(IKCError(.remote, error.text, peer: channel.name), during: operation, on: channel)
    }
    try delivery.answerNothing()
  }

  /// The call that an error is about: the one that a Swift kernel names, else the oldest to the place in the text.
  private func failedCall(_ error: RemoteError, on channel: Channel) -> (CallTable.Completion, Place)? {
    if let failed = error.failed {
      guard let number = failed.text.flatMap({ callNumber(inText: $0) }) else { return nil }
      return calls.withLock { $0.fail(number, on: channel) }
    }
    guard let request = error.request else { return nil }
    return calls.withLock { $0.fail(on: channel) { Self.isSame($0.specifier, request) } }
  }

  private func callNumber(inText text: String) -> UInt64? {
    guard text.hasPrefix(rsvpPrefix) else { return nil }
    return UInt64(text.dropFirst(rsvpPrefix.count), radix: 16)
  }

  private static func isSame(_ place: String, _ request: Specifier.Parts) -> Bool {
    guard let place = Specifier.Parts(parsing: place) else { return false }
    return place.session == request.session && place.state == request.state
  }
}
