extension LightClient {
  /// Posts an event that wants no answer. Blocks until the system has taken it.
  ///
  /// Whether the peer could deliver it is not known then: its error, if there is one, arrives as ``lastError``.
  ///
  /// - Parameters:
  ///   - specifier: where it goes, `session/state`; a kernel's name in it does not matter.
  ///   - params: what the handler gets.
  ///   - timeout: how long to wait for room; `Configuration.callTimeout` where nil.
  /// - Throws: what `connect(timeout:)` throws; `channelClosed` where the peer closes the new connection as well;
  ///   `timedOut` where it takes nothing, which ends the connection; `invalidSpecifier`, `cannotEncode`, `frameTooLong`.
  public func post<P: Encodable>(
    _ specifier: Specifier, _ params: P, timeout: Duration? = nil
  ) throws(IKCError) {
    let params = try value(params)
    let sent = try send(specifier, timeout) { place in post(to: place, params) }
    sent.connection.posted(to: sent.event)
  }

  /// Posts an event without parameters: the handler gets undef. Otherwise as `post(_:_:timeout:)`.
  public func post(_ specifier: Specifier) throws(IKCError) { try post(specifier, Value.undef) }

  /// Calls an event and waits for its result.
  ///
  /// A Perl kernel answers nothing where the handler returns undef, so that such a call times out; a Swift kernel
  /// answers undef, which an optional type takes. An answer that comes after the time-out is ignored.
  ///
  /// - Parameters:
  ///   - specifier: what to call, `session/state`.
  ///   - params: what the handler gets.
  ///   - type: what the result is decoded to; `Value` takes anything.
  ///   - timeout: how long to wait, besides connecting; `Configuration.callTimeout` where nil.
  ///   - wantArray: asks in list context: the result is the array of all that the handler returns.
  /// - Throws: `remote` with the peer's text; `timedOut`; `channelClosed`; `cannotDecode` where the answer is no `type`, or
  ///   can't be read; and what `post(_:_:timeout:)` throws. An answer of which not even that it is one can be made out
  ///   throws once the time is up.
  public func call<P: Encodable, R: Decodable>(
    _ specifier: Specifier, _ params: P, as type: R.Type, timeout: Duration? = nil, wantArray: Bool = false
  ) throws(IKCError) -> R {
    let params = try value(params)
    let rsvp = nextResponse()
    let answer = try request(specifier, rsvp, timeout) { place in
      call(to: place, params, rsvp: rsvp, wantArray: wantArray)
    }
    // As in IKC 0.2402, what is no list is a list of one.
    let isList = wantArray && answer.array == nil
    return try decode(type, isList ? .array([answer]) : answer, specifier)
  }

  /// Calls an event without parameters and waits for its result. Otherwise as `call(_:_:as:timeout:wantArray:)`.
  public func call<R: Decodable>(
    _ specifier: Specifier, as type: R.Type, timeout: Duration? = nil, wantArray: Bool = false
  ) throws(IKCError) -> R {
    try call(specifier, Value.undef, as: type, timeout: timeout, wantArray: wantArray)
  }

  /// Posts an event whose handler knows to answer by a post, and waits for that: its parameters are `[params, rsvp]`,
  /// and it posts the answer to `rsvp`, perhaps long after it has returned.
  ///
  /// Parameters and errors are those of `call(_:_:as:timeout:wantArray:)`.
  public func postRespond<P: Encodable, R: Decodable>(
    _ specifier: Specifier, _ params: P, as type: R.Type, timeout: Duration? = nil
  ) throws(IKCError) -> R {
    let params = try value(params)
    let rsvp = nextResponse()
    let answer = try request(specifier, rsvp, timeout) { place in
      post(to: place, .array([params, Self.hash(rsvp)]))
    }
    return try decode(type, answer, specifier)
  }

  /// Waits until the peer posts the event `state` to this client, as handlers do through the sender of an event, and
  /// returns its parameters. Events that came earlier are kept, in order, until they are asked for.
  ///
  /// - Parameters:
  ///   - type: what the parameters are decoded to. A post through a sender has an array of arguments.
  ///   - timeout: how long to wait; `Configuration.callTimeout` where nil.
  /// - Throws: `timedOut`, `channelClosed`, `cannotDecode`; `invalidArgument` where no event can have that name.
  public func responded<R: Decodable>(
    _ state: String, as type: R.Type, timeout: Duration? = nil
  ) throws(IKCError) -> R {
    guard Specifier.isSessionName(state) else {
      throw IKCError(.invalidArgument, "'\(state)' can't be the name of an event")
    }
    if let message = try inbox.take(state: state) { return try decode(type, message.params, nil) }
    guard let connection else {
      throw IKCError(.channelClosed, "there is no connection that an event could come through", specifier: state)
    }
    let deadline = try LightDeadline(timeout ?? configuration.callTimeout)
    let place = Specifier.Parts(kernel: name, session: Self.session, state: state)
    awaited = LightRequest(rsvp: place, event: nil)
    defer { awaited = nil }
    return try decode(type, wait(on: connection, deadline, specifier: place.name), nil)
  }

  /// How long the peer takes to answer `IKC/ping`. Never connects: it tells whether the connection is of use.
  ///
  /// A peer that does not answer in time is taken for dead: the connection is closed, and the next operation connects
  /// anew.
  ///
  /// - Parameter timeout: how long to wait; `Configuration.callTimeout` where nil.
  /// - Throws: `channelClosed`, also where there is no connection; `timedOut`.
  @discardableResult
  public func ping(timeout: Duration? = nil) throws(IKCError) -> Duration {
    guard let connection else {
      throw IKCError(.channelClosed, "there is no connection to try; connect() makes one", peer: address.description)
    }
    let deadline = try LightDeadline(timeout ?? configuration.callTimeout)
    let start = ContinuousClock.now
    let rsvp = Specifier.Parts(kernel: name, session: "IKC", state: "pong")
    awaited = LightRequest(rsvp: rsvp, event: Specifier.Parts(session: "IKC", state: "ping"))
    defer { awaited = nil }
    do throws(IKCError) {
      let frame = try frame(ping(at: connection.addressableName, rsvp: rsvp), on: connection, specifier: nil)
      guard try transmit(frame, over: connection, deadline) else {
        throw IKCError(.channelClosed, "the peer has closed the connection", peer: connection.kernel)
      }
      _ = try wait(on: connection, deadline, specifier: nil)
    } catch {
      self.connection = nil
      throw error
    }
    return start.duration(to: .now)
  }
}
