internal import Synchronization

// Any thread, but where it is said.
extension Responder {
  /// Sends a call; `completion` gets the answer, or why there is none, once and on the serial queue.
  ///
  /// Throws where the call was not sent; `completion` is not used then. Returns the call's number.
  @discardableResult
  func call<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?, timeout: Duration, wantsList: Bool,
    completion: CallCompletion
  ) throws(IKCError) -> UInt64 {
    let milliseconds = try Self.milliseconds(timeout)
    guard let place = try place(for: specifier, from: session) else {
      return try callAll(
        specifier, params, from: session, timeout: milliseconds, wantsList: wantsList, completion: completion)
    }
    let number = enter(place, timeout: milliseconds, completion: completion)
    do throws(IKCError) {
      try writeCall(number, to: place, params, wantsList: wantsList)
    } catch {
      _ = calls.withLock { $0.forget(number) }
      throw error
    }
    // A channel that closed meanwhile has ended the calls that it knew of; this may have come too late for it.
    if place.isClosed { onQueue { [self] in failCalls(on: place.channel, closedError(place.channel, nil)) } }
    return number
  }

  /// Asks every kernel; the first answer counts.
  private func callAll<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?, timeout: Int64, wantsList: Bool,
    completion: CallCompletion
  ) throws(IKCError) -> UInt64 {
    let places = try placesOfAll(specifier, from: session)
    guard let first = places.first else {
      throw IKCError(.unknownKernel, "no kernel is connected", specifier: specifier.description)
    }
    let number = enter(first, timeout: timeout, asked: places.count, completion: completion)
    do throws(IKCError) {
      for place in places { try writeCall(number, to: place, params, wantsList: wantsList) }
    } catch {
      _ = calls.withLock { $0.forget(number) }
      throw error
    }
    return number
  }

  @inline(__always)
  private func writeCall<P: Encodable>(
    _ number: UInt64, to place: Place, _ params: P, wantsList: Bool
  ) throws(IKCError) {
    if wantsList {
      try write(place, place.listCall, number: number, params)
    } else {
      try write(place, place.call, number: number, params)
    }
  }

  private func enter(
    _ place: Place, timeout: Int64, asked: Int = 0, completion: CallCompletion
  ) -> UInt64 {
    let now = MonotonicClock.coarseMilliseconds
    let (number, needsTimer) = calls.withLock { calls in
      let number = calls.add(
        to: place, timeout: timeout, now: now, asked: asked, completion: completion)
      return (number, calls.needsTimer(for: now + timeout))
    }
    if needsTimer { home.execute { [self] in scheduleDeadlines() } }
    return number
  }

  /// Forgets a call whose caller no longer wants the answer; its completion is told so, at once and here.
  func cancel(_ number: UInt64) {
    let completion = calls.withLock { $0.forget(number) }
    completion?(.failure(IKCError(.cancelled, "the calling task was cancelled")))
  }

  /// Ends all calls that wait for a channel. Serial queue.
  func failCalls(on channel: Channel, _ error: IKCError) {
    while let (completion, place) = calls.withLock({ $0.next(on: channel) }) {
      completion(.failure(error.naming(specifier: place.specifier)))
    }
  }

  /// Why calls on a channel that is gone have no answer.
  func closedError(_ channel: Channel, _ reason: IKCError?) -> IKCError {
    guard let reason else { return IKCError(.channelClosed, "the channel has closed", peer: channel.name) }
    return IKCError(.channelClosed, "the channel has closed: \(reason.message)", peer: channel.name)
  }

  /// Time-outs are whole milliseconds, from 1 ms to 49 days.
  private static func milliseconds(_ timeout: Duration) throws(IKCError) -> Int64 {
    // The usual one: a Duration is taken apart by a division of 128 bits.
    if timeout == .seconds(60) { return 60_000 }
    let (seconds, attoseconds) = timeout.components
    let limit: Int64 = 49 * 86_400
    guard seconds >= 0, timeout > .zero else {
      throw IKCError(.invalidArgument, "a time-out has to be longer than zero, not \(timeout)")
    }
    guard seconds < limit else { return limit * 1_000 }
    return max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
  }
}

// MARK: - Time

extension Responder {
  /// Sets a timer for the next deadline. Loop thread.
  private func scheduleDeadlines() {
    guard let deadline = calls.withLock({ $0.nextTimer() }) else { return }
    // The clock is coarse: a few milliseconds more, and the time is really up.
    let wait = max(1, deadline - MonotonicClock.coarseMilliseconds + 4)
    _ = home.schedule(after: .milliseconds(wait)) { [self] in
      onQueue { [self] in expireCalls() }
    }
  }

  /// Serial queue.
  private func expireCalls() {
    let now = MonotonicClock.coarseMilliseconds
    while let (completion, place, milliseconds) = calls.withLock({ $0.nextExpired(now: now) }) {
      completion(
        .failure(
          IKCError(
            .timedOut, "no answer within \(Duration.milliseconds(milliseconds))", peer: place.channel.name,
            specifier: place.specifier)))
    }
    home.execute { [self] in scheduleDeadlines() }
  }
}
