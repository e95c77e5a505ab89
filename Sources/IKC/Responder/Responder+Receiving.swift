internal import Synchronization

// Everything here runs on the serial queue.
extension Responder {
  /// Routes the messages of a batch.
  @inline(__always)
  func receive(_ batch: borrowing FrameBatch, from channel: Channel) {
    if channel.isTranscoded {
      for index in 0..<batch.count { receiveTranscoded(batch[index], from: channel) }
    } else {
      for index in 0..<batch.count { receiveImage(batch[index], from: channel) }
    }
  }

  @inline(__always)
  private func receiveImage(_ body: UnsafeRawBufferPointer, from channel: Channel) {
    guard let (known, match) = known.find(body) else { return receiveUnknown(body, from: channel) }
    if channel.errorsInRow != 0 { channel.errorsInRow = 0 }
    if let destination = known._withUnsafeGuaranteedRef({ $0.destination }) {
      guard known._withUnsafeGuaranteedRef({ $0.generation }) == generation.load(ordering: .acquiring) else {
        return receiveUnknown(body, from: channel)
      }
      if let handler = destination._withUnsafeGuaranteedRef({ $0.inline }) {
        return destination._withUnsafeGuaranteedRef { destination in
          run(handler, takeDelivery(body, known, match, destination, from: channel))
        }
      }
      let envelope = known._withUnsafeGuaranteedRef { $0.shape.envelope(match) }
      destination._withUnsafeGuaranteedRef { deliverElsewhere(to: $0, body, envelope, from: channel, rare: nil) }
    } else {
      let place = body.count &- known._withUnsafeGuaranteedRef { $0.numberFromEnd }
      guard let number = body.baseAddress.flatMap({ CallNumber.read($0 + place) }) else {
        return receiveUnknown(body, from: channel)
      }
      if let completion = takeCompletion(number, from: channel) {
        return complete(completion, takeDelivery(body, known, match, nil, from: channel))
      }
      refuseAnswer(number, body, known._withUnsafeGuaranteedRef { $0.shape.envelope(match) }, from: channel)
    }
  }

  /// Routes a message whose shape is not known, or no longer.
  @inline(never)
  private func receiveUnknown(_ body: UnsafeRawBufferPointer, from channel: Channel) {
    channel.expectNaming()
    let envelope: Envelope
    do throws(Envelope.Defect) {
      envelope = try Envelope(scanning: body)
    } catch {
      return refuse(body, error, from: channel)
    }
    if channel.errorsInRow != 0 { channel.errorsInRow = 0 }
    let event = envelope.event.bytes(in: body)
    if let number = callNumber(in: event) {
      known.note(body, envelope, .answer)
      return receiveAnswer(number, body, envelope, from: channel)
    }
    let generation = generation.load(ordering: .acquiring)
    if let destination = destinations.find(event, generation: generation) {
      known.note(body, envelope, .event(destination, generation: generation))
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
    let image: ByteWriter
    do throws(IKCError) {
      image = try transcoder.image(ofMessage: body)
    } catch {
      return refuse(body, error.message, from: channel)
    }
    receiveUnknown(image.bytes, from: channel)
    // The bytes are the writer's.
    extendLifetime(image)
  }

  /// Hands the message to its handler.
  @inline(__always)
  func deliver(
    to destination: PublishedState, _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel,
    rare: Delivery.Rare? = nil
  ) {
    guard let handler = destination.inline else {
      return deliverElsewhere(to: destination, body, envelope, from: channel, rare: rare)
    }
    run(handler, takeDelivery(body, envelope, destination, rare, from: channel))
  }

  @inline(__always)
  private func run(_ handler: Unmanaged<InlineHandler>, _ delivery: Unmanaged<Delivery>) {
    delivery._withUnsafeGuaranteedRef { delivery in
      do {
        try handler._withUnsafeGuaranteedRef { try $0.run(delivery) }
      } catch {
        fail(delivery, error)
      }
    }
    giveBack(delivery)
  }

  /// A delivery of a message: the same object as before, unless somebody kept that. `giveBack` ends its use.
  private func takeDelivery(
    _ body: UnsafeRawBufferPointer, _ envelope: Envelope, _ destination: PublishedState?, _ rare: Delivery.Rare?,
    from channel: Channel
  ) -> Unmanaged<Delivery> {
    guard let spare = spareDelivery else {
      return .passRetained(
        Delivery(
          responder: self, channel: channel, body: body, envelope: envelope, destination: destination, rare: rare))
    }
    spareDelivery = nil
    spare._withUnsafeGuaranteedRef {
      $0.refill(channel: channel, body: body, envelope: envelope, destination: destination, rare: rare)
    }
    return spare
  }

  /// The same for a message of a known shape: often nothing changes but the bytes.
  @inline(__always)
  private func takeDelivery(
    _ body: UnsafeRawBufferPointer, _ known: Unmanaged<KnownMessage>, _ match: MessageShape.Match,
    _ destination: PublishedState?, from channel: Channel
  ) -> Unmanaged<Delivery> {
    guard let spare = spareDelivery else {
      return takeDelivery(
        body, known._withUnsafeGuaranteedRef { $0.shape.envelope(match) }, destination, nil, from: channel)
    }
    spareDelivery = nil
    spare._withUnsafeGuaranteedRef { delivery in
      if !delivery.refill(channel: channel, body: body, shape: known._withUnsafeGuaranteedRef { $0.number }, match) {
        delivery.refill(
          channel: channel, body: body, known: known._withUnsafeGuaranteedRef { $0 }, match, destination: destination)
      }
    }
    return spare
  }

  @inline(__always)
  private func giveBack(_ delivery: Unmanaged<Delivery>) {
    var delivery = delivery
    let isOurs = withUnsafeMutablePointer(to: &delivery) {
      $0.withMemoryRebound(to: Delivery.self, capacity: 1) { isKnownUniquelyReferenced(&$0.pointee) }
    }
    if isOurs, spareDelivery == nil { spareDelivery = delivery } else { letGo(delivery) }
  }

  @inline(never)
  private func letGo(_ delivery: Unmanaged<Delivery>) {
    delivery._withUnsafeGuaranteedRef { $0.detach() }
    delivery.release()
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
    case let handler as InlineHandler:
      destination.session.queue?.submit { [self] in
        do { try handler.run(handover.delivery) } catch { fail(handover.delivery, error) }
        onQueue { [self] in endHandler(for: channel) }
      }
    case let handler as TaskHandler:
      let runner = destination.session.tasks ?? tasks
      Task {
        let error = await runner.run(handler.body, handover)
        onQueue { [self] in
          if let error { fail(handover.delivery, error) }
          endHandler(for: channel)
        }
      }
    default:
      endHandler(for: channel)
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
      if event.session == Self.ownSession, takeLateReceipt(delivery, at: event.state) { return }
      refuse(
        delivery, "Session '\(event.session)' has not published state '\(event.state)'", request: event, when: .check)
    }
  }

  /// Gives an answer to the call that waits for it.
  private func receiveAnswer(
    _ number: UInt64, _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel
  ) {
    if let completion = takeCompletion(number, from: channel) {
      complete(completion, takeDelivery(body, envelope, nil, nil, from: channel))
    } else {
      refuseAnswer(number, body, envelope, from: channel)
    }
  }

  @inline(__always)
  private func takeCompletion(_ number: UInt64, from channel: Channel) -> CallTable.Completion? {
    calls.withLock { $0.answer(number, from: channel) }
  }

  @inline(__always)
  private func complete(_ completion: CallTable.Completion, _ delivery: Unmanaged<Delivery>) {
    delivery._withUnsafeGuaranteedRef { completion(.success(Reply(delivery: $0))) }
    giveBack(delivery)
  }

  /// An answer that no call waits for, or none from this kernel.
  @inline(never)
  private func refuseAnswer(
    _ number: UInt64, _ body: UnsafeRawBufferPointer, _ envelope: Envelope, from channel: Channel
  ) {
    if calls.withLock({ $0.isLate(number) }) {
      logger.debug("late answer ignored", metadata: ["peer": "\(channel.name)"])
    } else {
      let delivery = Delivery(responder: self, channel: channel, body: body, envelope: envelope)
      refuse(
        delivery, "Session '\(Self.rsvpSession)' is not available for remote kernels", request: delivery.event,
        when: .check)
    }
  }
}
