// Everything here runs on the serial queue.
extension Responder {
  /// At which point a request failed, as remote_error names it in IKC 0.2402.
  enum When: String {
    /// The body is no message.
    case request
    /// Nothing of that name is published.
    case check
    /// The session is gone.
    case resolve
    /// The handler threw, or its result can't be sent.
    case invocation
  }

  /// Answers a message that can't be delivered. Nothing is ever answered to a message that reports an error.
  ///
  /// - Parameters:
  ///   - text: what is wrong, without a full stop.
  ///   - request: the event; nil where it is no specifier.
  func refuse(_ delivery: Delivery, _ text: String, request: Specifier.Parts?, when: When) {
    var text = text + ".  Request \(request?.name ?? "poe:")"
    let from = (try? delivery.from()) ?? nil
    if let from { text += " sent by \(from.name)" }
    report(
      IKCError(.refused, text, peer: delivery.channel.name, specifier: request?.name), during: .local(when),
      on: delivery.channel)
    guard !delivery.envelope.isError else { return }
    send(error: text, kernel: request?.kernel, when: when, answering: delivery, to: delivery.channel)
  }

  /// Answers a message whose handler threw.
  func fail(_ delivery: Delivery, _ error: any Error) {
    let known = error as? IKCError
    let text = known?.message ?? String(describing: error)
    var request = delivery.event
    if let event = request, event.state == "IKC:proxy", let state = delivery.destination?.state {
      request = event.replacing(state: state)
    }
    refuse(delivery, text, request: request, when: known?.code == .cannotDecode ? .request : .invocation)
  }

  /// Answers a body that is no message, and ends a channel that sends too many of them in a row.
  func refuse(_ body: UnsafeRawBufferPointer, _ defect: Envelope.Defect, from channel: Channel) {
    switch defect {
    case .header: refuse(body, "Message is no Storable image that can be read here", from: channel)
    case .noHash: refuse(body, "Message is no hash", from: channel)
    case .malformed: refuse(body, "Message is not whole, nests too deep or holds an unknown item", from: channel)
    }
  }

  /// The same, for a body that the peer's own serializer does not read.
  func refuse(_ body: UnsafeRawBufferPointer, _ reason: String, from channel: Channel) {
    let text = reason + ".  Request poe:"
    // There are no more of these than calls.
    if failCall(answeredBy: body, reason, from: channel) {
      return send(error: text, kernel: nil, when: .request, answering: nil, to: channel)
    }
    report(IKCError(.cannotDecode, text, peer: channel.name), during: .localRequest, on: channel)
    channel.errorsInRow += 1
    send(error: text, kernel: nil, when: .request, answering: nil, to: channel)
    guard channel.errorsInRow >= settings.maximumErrorsInRow else { return }
    let error = IKCError(
      .tooManyErrors, "\(channel.errorsInRow) undecodable messages in a row", peer: channel.name)
    channel.onLoop { channel.fail(gracefully: error) }
  }

  private func send(error text: String, kernel: String?, when: When, answering: Delivery?, to channel: Channel) {
    let failed = answering.flatMap { Self.failed($0) }
    do throws(IKCError) {
      try channel.writeFrame { (writer: inout ByteWriter) throws(IKCError) in
        writer.beginMessage(fields: failed == nil ? 3 : 4)
        try writer.writeStorable(specifierHash: channel.name, session: "IKC", state: "remote_error")
        writer.writeKey("event")
        try writer.writeStorable("1")
        writer.writeKey("is_error")
        if let failed {
          writer.write(failed)
          writer.writeKey("failed")
        }
        try writer.writeStorableArray(count: 3, isReferenced: true)
        try writer.writeStorable(text)
        if let kernel { try writer.writeStorable(kernel) } else { writer.writeStorableUndef() }
        try writer.writeStorable(when.rawValue)
        writer.writeKey("params")
      }
    } catch {
      report(error.naming(peer: channel.name), during: .channelWrite, on: channel)
    }
  }

  /// What an error's key `failed` says, by which Swift peers tell whose error it is; others ignore it: the call's rsvp
  /// as it came, the empty string for a post. Nil where the rsvp can't be copied.
  private static func failed(_ delivery: Delivery) -> [UInt8]? {
    guard delivery.isCall else { return [StorableTag.scalar, 0] }
    guard !delivery.envelope.isEntangled, delivery.envelope.order == .network else { return nil }
    let item = delivery.envelope.rsvp.bytes(in: delivery.body)
    return item.count <= 1_024 ? Array(item) : nil
  }
}
