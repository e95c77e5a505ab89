extension Responder {
  /// Posts to the session that an event came from: through its proxy state, as IKC 0.2402 does, or straight to the state
  /// where it has none, as that of a ClientLite.
  func postBack(
    to from: Specifier.Parts, on channel: Channel, state: String, arguments: [Value], from session: SessionRecord?
  ) throws(IKCError) {
    let target: Channel
    do throws(IKCError) {
      target = try channelOf(from, preferring: channel)
    } catch {
      throw error.code == .unknownKernel ? unresolved(error) : error
    }
    let event = from.state.isEmpty ? from.replacing(state: state) : from
    let params: Value =
      from.state.isEmpty ? .array(arguments) : .array([.string(state), .array(arguments)])
    try write(event: event, params, from: session, to: target)
  }

  /// Sends a message whose event is a text, built for this one time.
  ///
  /// Throws `congested`, with nothing queued, where the channel holds more unsent bytes than its high watermark.
  func write<P: Encodable>(
    event: String, _ params: P, from session: SessionRecord?, to channel: Channel
  ) throws(IKCError) {
    try write(params, from: session, to: channel, specifier: event) { (writer: inout ByteWriter) throws(IKCError) in
      try writer.writeStorable(event)
    }
  }

  /// The same with an event that is a hash, as it stands there.
  func write<P: Encodable>(
    event: Specifier.Parts, _ params: P, from session: SessionRecord?, to channel: Channel
  ) throws(IKCError) {
    try write(params, from: session, to: channel, specifier: event.name) {
      (writer: inout ByteWriter) throws(IKCError) in
      try writer.writeStorable(specifierHash: event.kernel, session: event.session, state: event.state)
    }
  }

  /// - Parameters:
  ///   - specifier: the event as errors name it.
  ///   - writeEvent: writes the event.
  @inline(__always)
  private func write<P: Encodable>(
    _ params: P, from session: SessionRecord?, to channel: Channel, specifier: @autoclosure () -> String,
    event writeEvent: (inout ByteWriter) throws(IKCError) -> Void
  ) throws(IKCError) {
    let from = session?.fromWhenPublished
    do throws(IKCError) {
      let isWritten = try channel.writeFrame(limit: channel.settings.highWatermark) {
        (writer: inout ByteWriter) throws(IKCError) in
        writer.beginMessage(fields: from == nil ? 2 : 3)
        try writer.writeStorable(encoding: params, in: .params)
        writer.writeKey("params")
        try writeEvent(&writer)
        writer.writeKey("event")
        if let from {
          writer.write(from)
          writer.writeKey("from")
        }
      }
      if !isWritten { throw congested(channel, specifier: specifier()) }
    } catch {
      throw error.naming(peer: channel.name, specifier: specifier())
    }
  }

  /// The channel to the kernel that a message's own field names: the one that it came through if that goes by the name.
  func channelOf(_ specifier: Specifier.Parts, preferring channel: Channel) throws(IKCError) -> Channel {
    if specifier.kernel.isEmpty || channel.goesBy(specifier.kernel) {
      guard !channel.isClosed else {
        throw IKCError(.channelClosed, "the kernel has gone", peer: channel.name, specifier: specifier.name)
      }
      return channel
    }
    guard let other = registry.withLock({ $0.channel(named: specifier.kernel) }), !other.isClosed else {
      throw IKCError(
        .unknownKernel, "no kernel '\(specifier.kernel)' is connected", peer: channel.name, specifier: specifier.name)
    }
    return other
  }

  /// The channel that the answer to a call goes out on; nil, after a report, where its kernel is unknown.
  @inline(never)
  func findAnswerChannel(for delivery: Delivery) throws(IKCError) -> Channel? {
    guard let rsvp = try delivery.rsvp() else {
      throw IKCError(.invalidSpecifier, "the call's rsvp is no specifier", peer: delivery.channel.name)
    }
    do throws(IKCError) {
      return try channelOf(rsvp, preferring: delivery.channel)
    } catch {
      // As in IKC 0.2402, nothing goes over the wire then.
      report(error, during: .resolve, on: delivery.channel)
      return nil
    }
  }

  /// Calls with an rsvp of the application's own.
  func call<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord, replyTo state: String
  ) throws(IKCError) {
    guard let target = publications.withLock({ $0.handler(session: session.name, state: state) }) else {
      throw IKCError(.invalidArgument, "state '\(state)' of session '\(session.name)' has no handler")
    }
    for place in try placesOf(specifier, from: session) {
      permits.withLock { $0.grant(target, to: place.channel) }
      do throws(IKCError) {
        try write(place, rsvp: Specifier.Parts(kernel: identity.id, session: session.name, state: state), params)
      } catch {
        _ = permits.withLock { $0.take(session: session.name, state: state, channel: place.channel) }
        throw error
      }
    }
  }

  private func placesOf(_ specifier: Specifier, from session: SessionRecord) throws(IKCError) -> [Place] {
    if let place = try place(for: specifier, from: session) { return [place] }
    return try placesOfAll(specifier, from: session)
  }

  private func write<P: Encodable>(_ place: Place, rsvp: Specifier.Parts, _ params: P) throws(IKCError) {
    let from = place.session?.fromWhenPublished
    try place.channel.writeFrame { (writer: inout ByteWriter) throws(IKCError) in
      writer.beginMessage(fields: from == nil ? 3 : 4)
      try writer.writeStorable(encoding: params, in: .params)
      writer.writeKey("params")
      try writer.writeStorable(place.specifier)
      writer.writeKey("event")
      try writer.writeStorable(specifierHash: rsvp.kernel, session: rsvp.session, state: rsvp.state)
      writer.writeKey("rsvp")
      if let from {
        writer.write(from)
        writer.writeKey("from")
      }
    }
  }
}
