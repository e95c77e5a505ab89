internal import Synchronization

extension Responder {
  /// Calls and waits; see `Kernel.call`.
  @inline(__always)
  func callAndWait<P: Encodable, R: Decodable & Sendable>(
    _ specifier: Specifier, _ params: P, as type: R.Type, from session: SessionRecord?, timeout: Duration,
    wantsList: Bool
  ) async throws(IKCError) -> R {
    // Texts without the detour of generic code, which asks for metadata with each call.
    guard R.self == String.self, P.self == String.self else {
      return try await anyAnswer(specifier, params, from: session, timeout: timeout, wantsList: wantsList)
    }
    let text = unsafeBitCast(params, to: String.self)
    return unsafeBitCast(
      try await textAnswer(specifier, text, from: session, timeout: timeout, wantsList: wantsList), to: type)
  }

  private func textAnswer(
    _ specifier: Specifier, _ params: String, from session: SessionRecord?, timeout: Duration, wantsList: Bool
  ) async throws(IKCError) -> String {
    let waiter = TextCallWaiter()
    await wait(waiter, specifier, params, from: session, timeout: timeout, wantsList: wantsList)
    if let answer = waiter.answer { return answer }
    throw failure(of: waiter, specifier)
  }

  @inline(never)
  private func anyAnswer<P: Encodable, R: Decodable & Sendable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?, timeout: Duration, wantsList: Bool
  ) async throws(IKCError) -> R {
    let waiter = TypedCallWaiter<R>()
    await wait(waiter, specifier, params, from: session, timeout: timeout, wantsList: wantsList)
    if let answer = waiter.answer { return answer }
    throw failure(of: waiter, specifier)
  }

  private func failure(of waiter: CallWaiter, _ specifier: Specifier) -> IKCError {
    let failure = waiter.failure ?? IKCError(.cancelled, "the call has ended without an answer")
    return failure.naming(specifier: specifier.description)
  }

  /// Calls; returns once `waiter` has been answered.
  @inline(__always)
  private func wait<P: Encodable>(
    _ waiter: CallWaiter, _ specifier: Specifier, _ params: P, from session: SessionRecord?, timeout: Duration,
    wantsList: Bool
  ) async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        waiter.waits(continuation)
        do throws(IKCError) {
          let number = try call(
            specifier, params, from: session, timeout: timeout, wantsList: wantsList, completion: .waiter(waiter))
          if waiter.number.entered(number) { cancel(number) }
        } catch {
          waiter.answered(.failure(error))
        }
      }
    } onCancel: {
      if let number = waiter.number.cancelled() { cancel(number) }
    }
  }

  /// Calls; a call that can't be sent fails through its completion as well.
  @specialized(where P == String)
  @specialized(where P == Value)
  func callOrFail<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?, timeout: Duration, wantsList: Bool,
    completion: CallCompletion
  ) {
    do throws(IKCError) {
      try call(specifier, params, from: session, timeout: timeout, wantsList: wantsList, completion: completion)
    } catch {
      onQueue { completion(.failure(error)) }
    }
  }

  /// Posts when there is room; see `Kernel.post`.
  func post<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?, waitingUpTo patience: Duration
  ) async throws(IKCError) {
    let clock = ContinuousClock()
    let deadline = clock.now + patience
    while true {
      do throws(IKCError) {
        return try post(specifier, params, from: session)
      } catch {
        guard error.code == .congested, let place = try place(for: specifier, from: session) else { throw error }
        let left = deadline - clock.now
        guard left > .zero else { throw error }
        await waitForRoom(place.channel, atMost: left)
        if Task.isCancelled {
          throw IKCError(.cancelled, "the posting task was cancelled", specifier: specifier.description)
        }
      }
    }
  }

  /// Returns when the channel has drained or closed, the time is up, or the task is cancelled.
  private func waitForRoom(_ channel: Channel, atMost patience: Duration) async {
    let shared = SharedNumber()
    let wake: @Sendable (UInt64) -> Void = { [self] number in
      waiters.withLock { $0.remove(number, for: channel) }?()
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
        let number = waiters.withLock { $0.add(for: channel) { continuation.resume() } }
        channel.connection.notifyWhenDrained()
        let isRunning = channel.connection.loop.execute {
          _ = channel.connection.loop.schedule(after: patience) { wake(number) }
          if channel.isClosed { wake(number) }
        }
        if !isRunning { wake(number) }
        if shared.number.entered(number) { wake(number) }
      }
    } onCancel: {
      if let number = shared.number.cancelled() { wake(number) }
    }
  }
}

/// The number of an operation that two closures share.
private final class SharedNumber: Sendable {
  let number = OperationNumber()
}
