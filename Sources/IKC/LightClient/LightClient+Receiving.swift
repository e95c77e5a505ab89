extension LightClient {
  /// Undecodable messages in a row that end a connection, as at a kernel.
  private static let maximumErrorsInRow = 8

  /// Takes a message: it is what is awaited, an event to be asked for, or of no use.
  func take(_ body: UnsafeRawBufferPointer, from connection: LightConnection) throws(IKCError) {
    let value: Value
    do throws(IKCError) {
      value = try connection.serializer.decode(body)
    } catch {
      return try takeUnreadable(body, error.message, from: connection)
    }
    guard let message = Message(value) else { return try takeUnreadable(body, "it is no hash", from: connection) }
    connection.errorsInRow = 0
    guard let event = message.event else { return refuse(message, from: connection) }
    if let error = message.remoteError {
      take(error, from: connection)
    } else if awaited?.isAnswered(at: event) == true {
      awaited?.outcome = .success(message.params)
      connection.answered()
    } else if event.session == Self.session, !Self.isResponse(event.state), message.rsvp == nil {
      inbox.add(state: event.state, frame: body, in: connection.serializer)
    } else {
      refuse(message, from: connection)
    }
  }

  /// Takes what the peer reports: an error of the request that is under way, or of an earlier post.
  ///
  /// Where that is not told, the earlier posts to the same place come first, since a Perl kernel reports in order. Should
  /// no further error come, the request fails with the last of them when its time is up.
  private func take(_ error: RemoteError, from connection: LightConnection) {
    let failure = IKCError(.remote, error.text, peer: connection.kernel, specifier: error.request?.name)
    let isPost = error.request.map { connection.takePost(to: $0) } ?? false
    switch awaited?.blame(for: error) ?? .other {
    case .own:
      awaited?.outcome = .failure(failure)
    case .either where !isPost:
      awaited?.outcome = .failure(failure)
    case .either:
      awaited?.doubtful = failure
      lastError = failure
    case .other:
      lastError = failure
    }
  }

  /// Whether the state is that of an answer; one that is not awaited has come too late.
  private static func isResponse(_ state: String) -> Bool {
    state.hasPrefix("response") && Int(state.dropFirst("response".count)) != nil
  }

  private func takeUnreadable(
    _ body: UnsafeRawBufferPointer, _ reason: String, from connection: LightConnection
  ) throws(IKCError) {
    if let awaited, awaited.outcome == nil, Self.isResponse(awaited.rsvp.state), awaited.isNamed(in: body) {
      let error = IKCError(
        .cannotDecode, "the answer can't be read: \(reason)", peer: connection.kernel, specifier: awaited.event?.name)
      self.awaited?.outcome = .failure(error)
      return connection.answered()
    }
    let error = IKCError(.cannotDecode, "a message of the peer can't be read: \(reason)", peer: connection.kernel)
    lastError = error
    awaited?.unreadable = error
    connection.errorsInRow += 1
    guard connection.errorsInRow < Self.maximumErrorsInRow else {
      throw IKCError(
        .tooManyErrors, "\(connection.errorsInRow) undecodable messages in a row; the last: \(reason)",
        peer: connection.kernel)
    }
  }

  /// A peer that calls a client must not wait in vain.
  private func refuse(_ message: Message, from connection: LightConnection) {
    guard message.rsvp != nil, !message.isError else { return }
    let refusal = refusal(of: message, message.event, at: connection.kernel)
    if let frame = try? frame(refusal, on: connection, specifier: nil) { connection.sendLater(frame) }
  }
}
