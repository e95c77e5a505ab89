// The session `IKC`, which every kernel publishes.
extension Responder {
  static let ownSession = "IKC"

  func publishOwnSession() throws(IKCError) {
    _ = try session(Self.ownSession)
    let handlers: [(String, Handler)] = [
      ("ping", .inline { try $0.answer("PONG") }),
      ("do_you_have", .inline { [unowned self] in try $0.answer(doYouHave($0.params())) }),
      ("remote_error", .inline { [unowned self] in try takeRemoteError($0) }),
    ]
    try changePublications { (publications: inout Publications) throws(IKCError) in
      for (state, handler) in handlers {
        publications.setHandler(handler, session: Self.ownSession, state: state)
      }
      try publications.publish(session: Self.ownSession, states: handlers.map(\.0))
    }
  }

  /// Whether a peer may subscribe: parameters are the specifier and the peer's kernel id.
  private func doYouHave(_ params: Value) throws(IKCError) -> Value {
    let asked = if case .array(let list) = params { list.first ?? .undef } else { params }
    guard let specifier = Specifier.Parts(asked) else {
      throw IKCError(.invalidSpecifier, "do_you_have asks for something that is no specifier")
    }
    let isPublished = publications.withLock { publications in
      let states = publications.published(session: specifier.session)
      return specifier.state.isEmpty ? !states.isEmpty : states.contains(specifier.state)
    }
    guard isPublished else { return .string("Refused subscription \(specifier.name)") }
    let answer = specifier.kernel.isEmpty ? specifier.replacing(kernel: identity.id) : specifier
    return .array([answer.value, .string(identity.id)])
  }

  /// A peer reports that something we sent went wrong: parameters are text, kernel and when, or just the text.
  private func takeRemoteError(_ delivery: Delivery) throws(IKCError) {
    var text: String?
    switch try delivery.params() {
    case .array(let list): text = list.first?.text
    case let other: text = other.text
    }
    let message = text ?? "an error without text"
    let channel = delivery.channel
    if let (completion, place) = failedCall(delivery, message) {
      completion(.failure(IKCError(.remote, message, peer: channel.name, specifier: place.specifier)))
    } else {
      report(IKCError(.remote, message, peer: channel.name))
    }
    try delivery.answerNothing()
  }

  /// The call that an error is about: the one that a Swift kernel names, else the oldest to the place in the text.
  private func failedCall(_ delivery: Delivery, _ text: String) -> (CallTable.Completion, Place)? {
    let channel = delivery.channel
    if let message = try? StorableSerializer().decode(delivery.body).message, let failed = message["failed"]?.text {
      guard let number = callNumber(inText: failed) else { return nil }
      return calls.withLock { $0.fail(number, on: channel) }
    }
    guard let request = Self.request(in: text) else { return nil }
    return calls.withLock { $0.fail(on: channel) { Self.isSame($0.specifier, request) } }
  }

  private func callNumber(inText text: String) -> UInt64? {
    guard text.hasPrefix(rsvpPrefix) else { return nil }
    return UInt64(text.dropFirst(rsvpPrefix.count), radix: 16)
  }

  /// The specifier in `<message>.  Request <specifier>[ sent by <specifier>]`.
  private static func request(in text: String) -> Specifier.Parts? {
    // A longer text names no specifier that was called, and would take long to search.
    guard text.utf8.count <= 8_192 else { return nil }
    let mark = ".  Request "
    guard let start = text.lastRange(of: mark) else { return nil }
    let rest = text[start...]
    let end = rest.lastRangeStart(of: " sent by ") ?? rest.endIndex
    return Specifier.Parts(parsing: String(rest[..<end]))
  }

  private static func isSame(_ place: String, _ request: Specifier.Parts) -> Bool {
    guard let place = Specifier.Parts(parsing: place) else { return false }
    return place.session == request.session && place.state == request.state
  }
}

extension StringProtocol {
  /// Where the text behind the last `mark` begins.
  fileprivate func lastRange(of mark: String) -> Index? {
    lastRangeStart(of: mark).map { self.index($0, offsetBy: mark.count) }
  }

  /// Where the last `mark` begins.
  fileprivate func lastRangeStart(of mark: String) -> Index? {
    var index = endIndex
    while index > startIndex {
      index = self.index(before: index)
      if self[index...].hasPrefix(mark) { return index }
    }
    return nil
  }
}
