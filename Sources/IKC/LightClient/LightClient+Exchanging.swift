extension LightClient {
  /// A message that is on its way.
  struct Sent {
    let connection: LightConnection
    let event: Specifier.Parts
    /// When the operation has to be done.
    let deadline: LightDeadline
  }

  /// Sends a message and waits for what goes to `rsvp`.
  func request(
    _ specifier: Specifier, _ rsvp: Specifier.Parts, _ timeout: Duration?, _ message: (Outgoing) -> Value.Hash
  ) throws(IKCError) -> Value {
    defer { awaited = nil }
    let sent = try send(specifier, timeout) { place in
      awaited = LightRequest(rsvp: rsvp, event: place.event)
      return message(place)
    }
    return try wait(on: sent.connection, sent.deadline, specifier: sent.event.name)
  }

  /// Sends a message, connecting first where need be, and once more over a new connection where the peer has closed the
  /// old one.
  func send(
    _ specifier: Specifier, _ timeout: Duration?, _ message: (Outgoing) -> Value.Hash
  ) throws(IKCError) -> Sent {
    var isNew = connection == nil
    while true {
      let connection = try connected()
      let deadline = try LightDeadline(timeout ?? configuration.callTimeout)
      let place = try destination(specifier, at: connection)
      let frame = try frame(message(place), on: connection, specifier: place.event.name)
      if try transmit(frame, over: connection, deadline) {
        return Sent(connection: connection, event: place.event, deadline: deadline)
      }
      self.connection = nil
      guard !isNew else {
        throw IKCError(
          .channelClosed, "the peer closed the connection before the message was sent", peer: connection.kernel,
          specifier: place.event.name)
      }
      isNew = true
    }
  }

  /// Sends a frame; false where the peer has closed the connection.
  func transmit(
    _ frame: [UInt8], over connection: LightConnection, _ deadline: LightDeadline
  ) throws(IKCError) -> Bool {
    do throws(IKCError) {
      return try connection.send(
        frame, deadline: deadline.instant,
        late: { IKCError(.timedOut, "the peer took no message within \(deadline.timeout)", peer: connection.kernel) },
        received: { (body) throws(IKCError) in try take(body, from: connection) })
    } catch {
      // Half of a frame may have gone out, or junk come in.
      self.connection = nil
      throw error.naming(peer: connection.kernel)
    }
  }

  /// Waits for what is awaited.
  func wait(
    on connection: LightConnection, _ deadline: LightDeadline, specifier: String?
  ) throws(IKCError) -> Value {
    do throws(IKCError) {
      try connection.receive(
        until: { awaited?.outcome != nil }, deadline: deadline.instant,
        late: { IKCError(.timedOut, "no answer within \(deadline.timeout)") },
        received: { (body) throws(IKCError) in try take(body, from: connection) })
    } catch {
      if error.code != .timedOut { self.connection = nil }
      let isSilence = error.code == .timedOut || error.code == .channelClosed
      let reason = isSilence ? awaited?.doubtful ?? awaited?.unreadable ?? error : error
      throw reason.naming(peer: connection.kernel, specifier: specifier)
    }
    guard let outcome = awaited?.outcome else { return .undef }
    return try outcome.get()
  }

  func decode<R: Decodable>(_ type: R.Type, _ value: Value, _ specifier: Specifier?) throws(IKCError) -> R {
    do throws(IKCError) {
      return try ValueDecoder(root: "params").decode(type, from: value)
    } catch {
      throw error.naming(peer: connection?.kernel, specifier: specifier?.description)
    }
  }
}
