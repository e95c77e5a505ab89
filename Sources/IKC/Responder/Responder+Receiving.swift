internal import Synchronization

// Everything here runs on the serial queue.
extension Responder {
  /// Routes one message.
  @inline(__always)
  func receive(_ body: UnsafeRawBufferPointer, from channel: Channel) {
    if channel.isTranscoded {
      receiveTranscoded(body, from: channel)
    } else {
      receiveImage(body, from: channel)
    }
  }

  @inline(__always)
  private func receiveImage(_ body: UnsafeRawBufferPointer, from channel: Channel) {
    let envelope: Envelope
    do throws(Envelope.Defect) {
      envelope = try Envelope(scanning: body)
    } catch {
      return refuseBody(error, from: channel)
    }
    if channel.errorsInRow != 0 { channel.errorsInRow = 0 }
    let event = envelope.event.bytes(in: body)
    if let number = callNumber(in: event) {
      return receiveAnswer(number, body, envelope, from: channel)
    }
    let generation = generation.load(ordering: .acquiring)
    if let destination = destinations.find(event, generation: generation) {
      return deliver(to: destination, body, envelope, from: channel)
    }
    resolve(body, envelope, from: channel, generation: generation)
  }

  /// A message in another serializer becomes a Storable image first: there is one way through the responder.
  @inline(never)
  private func receiveTranscoded(
    _ body: UnsafeRawBufferPointer, from channel: Channel
  ) {
    guard let transcoder = channel.peer.agreement.transcoder else { return }
    let image: [UInt8]
    do throws(IKCError) {
      image = try StorableSerializer().encode(try transcoder.decode(body))
    } catch {
      return refuseBody(error.message, from: channel)
    }
    image.withUnsafeBytes { receiveImage($0, from: channel) }
  }

  /// Hands the message to its handler.
  @inline(__always)
  func deliver(
    to destination: PublishedState, _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel,
    rare: Delivery.Rare? = nil
  ) {
    guard case .inline(let handler) = destination.handler, destination.session.queue == nil else {
      return deliverElsewhere(to: destination, body, envelope, from: channel, rare: rare)
    }
    var delivery: Delivery
    if let spare = spareDelivery {
      spareDelivery = nil
      spare.refill(channel: channel, body: body, envelope: envelope, destination: destination, rare: rare)
      delivery = spare
    } else {
      delivery = Delivery(
        responder: self, channel: channel, body: body, envelope: envelope, destination: destination, rare: rare)
    }
    do {
      try handler(delivery)
    } catch {
      fail(delivery, error)
    }
    if isKnownUniquelyReferenced(&delivery) { spareDelivery = delivery } else { delivery.detach() }
  }

  /// Gives the message to a task, or to the session's own queue.
  @inline(never)
  private func deliverElsewhere(
    to destination: PublishedState, _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel,
    rare: Delivery.Rare?
  ) {
    let delivery = Delivery(
      responder: self, channel: channel, body: body, envelope: envelope, destination: destination, rare: rare)
    delivery.detach()
    let handover = TaskRunner.Handover(delivery: delivery)
    beginHandler(for: channel)
    switch destination.handler {
    case .inline(let handler):
      destination.session.queue?.submit { [self] in
        do { try handler(handover.delivery) } catch { fail(handover.delivery, error) }
        onQueue { [self] in endHandler(for: channel) }
      }
    case .task(let handler):
      let runner = destination.session.tasks ?? tasks
      Task {
        let error = await runner.run(handler, handover)
        onQueue { [self] in
          if let error { fail(handover.delivery, error) }
          endHandler(for: channel)
        }
      }
    }
  }

  private func beginHandler(for channel: Channel) {
    channel.handlersUnderWay += 1
    if channel.handlersUnderWay == settings.maximumHandlersUnderWay {
      channel.setPaused(true, .handlers)
    }
  }

  private func endHandler(for channel: Channel) {
    channel.handlersUnderWay -= 1
    if channel.handlersUnderWay == settings.maximumHandlersUnderWay / 2 {
      channel.setPaused(false, .handlers)
    }
    if channel.handlersUnderWay == 0, channel.closesWhenAnswered { channel.close() }
  }

  /// Finds out whom a message is for that is not in the cache.
  @inline(never)
  private func resolve(
    _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel, generation: UInt64
  ) {
    let delivery = Delivery(responder: self, channel: channel, body: body, envelope: envelope)
    guard let event = delivery.event else {
      return refuse(delivery, "Session '' is not available for remote kernels", request: nil, when: .check)
    }
    guard event.state == "IKC:proxy" else {
      let rare = event.args.map { Delivery.Rare(args: $0) }
      return route(event, delivery, rare: rare, generation: rare == nil ? generation : nil)
    }
    guard case .array(let list)? = try? delivery.params(), let state = list.first?.text else {
      return refuse(
        delivery, "Session '\(event.session)' has not published state ''", request: event, when: .check)
    }
    var arguments: [Value] = []
    if list.count > 1, case .array(let given) = list[1] { arguments = given }
    route(
      event.replacing(state: state), delivery, rare: Delivery.Rare(args: event.args, proxied: arguments),
      generation: nil)
  }

  /// - Parameter generation: that of the publications, if the event may be kept in the cache.
  private func route(_ event: Specifier.Parts, _ delivery: Delivery, rare: Delivery.Rare?, generation: UInt64?) {
    let permitted = permits.withLock {
      $0.isEmpty ? nil : $0.take(session: event.session, state: event.state, channel: delivery.channel)
    }
    if let permitted {
      return deliver(to: permitted, delivery.body, delivery.envelope, from: delivery.channel, rare: rare)
    }
    switch publications.withLock({ $0.find(session: event.session, state: event.state) }) {
    case .published(let destination):
      if let generation {
        destinations.keep(destination, event: delivery.envelope.event.bytes(in: delivery.body), generation: generation)
      }
      deliver(to: destination, delivery.body, delivery.envelope, from: delivery.channel, rare: rare)
    case .noSession:
      refuse(
        delivery, "Session '\(event.session)' is not available for remote kernels", request: event, when: .check)
    case .noState:
      refuse(
        delivery, "Session '\(event.session)' has not published state '\(event.state)'", request: event, when: .check)
    }
  }

  /// Gives an answer to the call that waits for it.
  @inline(__always)
  private func receiveAnswer(
    _ number: UInt64, _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel
  ) {
    switch calls.withLock({ $0.answer(number, from: channel) }) {
    case .awaited(let completion):
      var delivery: Delivery
      if let spare = spareDelivery {
        spareDelivery = nil
        spare.refill(channel: channel, body: body, envelope: envelope, destination: nil, rare: nil)
        delivery = spare
      } else {
        delivery = Delivery(responder: self, channel: channel, body: body, envelope: envelope)
      }
      completion(.success(Reply(delivery: delivery)))
      if isKnownUniquelyReferenced(&delivery) { spareDelivery = delivery } else { delivery.detach() }
    case .late:
      logger.debug("late answer ignored", metadata: ["peer": "\(channel.name)"])
    case .refused:
      let delivery = Delivery(responder: self, channel: channel, body: body, envelope: envelope)
      refuse(
        delivery, "Session '\(Self.rsvpSession)' is not available for remote kernels", request: delivery.event,
        when: .check)
    }
  }
}
