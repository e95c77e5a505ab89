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
    report(IKCError(.refused, text, peer: delivery.channel.name, specifier: request?.name))
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
  func refuseBody(_ defect: Envelope.Defect, from channel: Channel) {
    switch defect {
    case .header: refuseBody("Message is no Storable image that can be read here", from: channel)
    case .noHash: refuseBody("Message is no hash", from: channel)
    case .malformed: refuseBody("Message is not whole, nests too deep or holds an unknown item", from: channel)
    }
  }

  /// The same, for a body that the peer's own serializer does not read.
  func refuseBody(_ text: String, from channel: Channel) {
    let text = text + ".  Request poe:"
    report(IKCError(.cannotDecode, text, peer: channel.name))
    channel.errorsInRow += 1
    send(error: text, kernel: nil, when: .request, answering: nil, to: channel)
    guard channel.errorsInRow >= settings.maximumErrorsInRow else { return }
    let error = IKCError(
      .tooManyErrors, "\(channel.errorsInRow) undecodable messages in a row", peer: channel.name)
    channel.onLoop { channel.fail(gracefully: error) }
  }

  private func send(error text: String, kernel: String?, when: When, answering: Delivery?, to channel: Channel) {
    // A Swift kernel finds the call by its rsvp; others ignore the key.
    let rsvp: [UInt8]? = answering.flatMap { delivery in
      guard delivery.isCall, !delivery.envelope.isEntangled, delivery.envelope.order == .network else { return nil }
      let item = delivery.envelope.rsvp.bytes(in: delivery.body)
      return item.first == StorableTag.scalar ? Array(item) : nil
    }
    var digits = 3
    do throws(IKCError) {
      try channel.writeFrame(digits: &digits) { (writer: inout ByteWriter) throws(IKCError) in
        writer.beginMessage(fields: rsvp == nil ? 3 : 4)
        try writer.writeStorable(specifierHash: channel.name, session: "IKC", state: "remote_error")
        writer.writeKey("event")
        try writer.writeStorable("1")
        writer.writeKey("is_error")
        if let rsvp {
          writer.write(rsvp)
          writer.writeKey("failed")
        }
        try writer.writeStorableArray(count: 3, isReferenced: true)
        try writer.writeStorable(text)
        if let kernel { try writer.writeStorable(kernel) } else { writer.writeStorableUndef() }
        try writer.writeStorable(when.rawValue)
        writer.writeKey("params")
      }
    } catch {
      report(error.naming(peer: channel.name))
    }
  }
}
