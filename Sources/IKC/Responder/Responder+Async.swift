internal import Synchronization

extension Responder {
  /// Calls and waits; see `Kernel.call`.
  func call<P: Encodable, R: Decodable & Sendable>(
    _ specifier: Specifier, _ params: P, as type: R.Type, from session: SessionRecord?, timeout: Duration,
    wantsList: Bool
  ) async throws(IKCError) -> R {
    let cancellation = CallCancellation()
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<R, IKCError>, Never>) in
        let completion: CallTable.Completion = { result in
          continuation.resume(
            returning: result.flatMap { reply in
              do throws(IKCError) { return .success(try reply.decode(type)) } catch { return .failure(error) }
            })
        }
        do throws(IKCError) {
          let number = try call(
            specifier, params, from: session, timeout: timeout, wantsList: wantsList, completion: completion)
          if cancellation.entered(number) { cancel(number) }
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      if let number = cancellation.cancelled() { cancel(number) }
    }
    return try result.get()
  }

  /// Calls; a call that can't be sent fails through its completion as well.
  @specialized(where P == String)
  @specialized(where P == Value)
  func callOrFail<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?, timeout: Duration, wantsList: Bool,
    completion: @escaping CallTable.Completion
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
    let cancellation = CallCancellation()
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
        if cancellation.entered(number) { wake(number) }
      }
    } onCancel: {
      if let number = cancellation.cancelled() { wake(number) }
    }
  }
}

/// Brings together the number of an operation and the cancellation of its task, whichever comes first.
private final class CallCancellation: Sendable {
  private static let cancelled = UInt64.max
  private let state = Atomic<UInt64>(0)

  /// The operation has got its number; true where the task had been cancelled before.
  func entered(_ number: UInt64) -> Bool {
    state.exchange(number, ordering: .acquiringAndReleasing) == Self.cancelled
  }

  /// The task is cancelled; the number of its operation, if it has one already.
  func cancelled() -> UInt64? {
    let number = state.exchange(Self.cancelled, ordering: .acquiringAndReleasing)
    return number == 0 || number == Self.cancelled ? nil : number
  }
}
