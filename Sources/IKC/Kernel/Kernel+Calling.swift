extension Kernel {
  /// Calls an event and waits for its result.
  ///
  /// A time-out or the cancellation of the task ends this call alone; an answer that comes later is ignored. A Perl
  /// kernel answers nothing where the handler returns undef, so that such a call times out.
  ///
  /// - Parameters:
  ///   - specifier: whom to call. Kernel `*`: everybody; the first answer counts.
  ///   - params: what the handler gets.
  ///   - type: what the result is decoded to; `Value` takes anything.
  ///   - timeout: 1 ms to 49 days; `Configuration.callTimeout` where nil.
  ///   - wantArray: asks in list context: the result is the array of all that the handler returns.
  /// - Throws: `remote` with the peer's text; `timedOut`; `cancelled`; `channelClosed`; `cannotDecode` where the answer is
  ///   no `type`, or can't be read at all; and what `post(_:_:)` throws. An answer of which not even the call that it
  ///   answers can be made out is told to `onError(_:)` alone, as `cannotDecode`, and the call times out.
  public func call<P: Encodable, R: Decodable & Sendable>(
    _ specifier: Specifier, _ params: P, as type: R.Type, timeout: Duration? = nil, wantArray: Bool = false
  ) async throws(IKCError) -> R {
    try await responder.callAndWait(
      specifier, params, as: type, from: nil, timeout: timeout ?? configuration.callTimeout, wantsList: wantArray)
  }

  /// Calls an event without parameters and waits for its result. Otherwise as `call(_:_:as:timeout:wantArray:)`.
  public func call<R: Decodable & Sendable>(
    _ specifier: Specifier, as type: R.Type, timeout: Duration? = nil, wantArray: Bool = false
  ) async throws(IKCError) -> R {
    try await call(specifier, Value.undef, as: type, timeout: timeout, wantArray: wantArray)
  }

  /// Calls an event; `completion` gets the answer, or why there is none, once and on the serial queue.
  ///
  /// Never blocks; any thread. For programs without tasks, and where every allocation counts. Parameters are those of
  /// `call(_:_:as:timeout:wantArray:)`, as are the errors; `Reply.decode(_:)` throws where the answer is of another type.
  public func call<P: Encodable>(
    _ specifier: Specifier, _ params: P, timeout: Duration? = nil, wantArray: Bool = false,
    completion: @escaping @Sendable (Result<Reply, IKCError>) -> Void
  ) {
    responder.callOrFail(
      specifier, params, from: nil, timeout: timeout ?? configuration.callTimeout, wantsList: wantArray,
      completion: CallCompletion(completion))
  }

  /// How long a kernel takes to answer `IKC/ping`.
  ///
  /// - Parameter kernel: the name of a connected kernel.
  public func ping(_ kernel: String, timeout: Duration? = nil) async throws(IKCError) -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    _ = try await call(Specifier(kernel: kernel, session: "IKC", state: "ping"), as: Value.self, timeout: timeout)
    return clock.now - start
  }
}
