// The forms that a handler can take. All of them set what runs when an event comes for the state, replacing what was set
// before; none publishes it. Handlers of the synchronous forms run on the serial queue and hold it until they return;
// those of the asynchronous forms run on it as tasks, many at a time, and leave it to others where they wait. What a
// handler throws goes back to the peer as remote_error. An array that is returned to a caller in list context is the list
// of results.
extension Session {
  /// Handles a state with a closure that gets the event and returns a result.
  public func on<R: Encodable & SendableMetatype>(_ state: String, _ handler: @escaping @Sendable (Event) throws -> R) {
    set(state, EventHandler(handler))
  }

  /// Handles a state with a closure that gets the event and returns nothing; a caller gets undef.
  public func on(_ state: String, _ handler: @escaping @Sendable (Event) throws -> Void) {
    set(state, EventObserver(handler))
  }

  /// Handles a state with a closure that gets the parameters, decoded, and returns a result.
  public func on<P: Decodable & SendableMetatype, R: Encodable & SendableMetatype>(
    _ state: String, _ handler: @escaping @Sendable (P) throws -> R
  ) {
    if let handler = handler as? @Sendable (String) throws -> String {
      set(state, TextHandler(handler))
    } else {
      set(state, ParameterHandler(handler))
    }
  }

  /// Handles a state with a closure that gets the parameters, decoded, and returns nothing; a caller gets undef.
  public func on<P: Decodable & SendableMetatype>(_ state: String, _ handler: @escaping @Sendable (P) throws -> Void) {
    set(state, ParameterObserver(handler))
  }

  /// Handles a state with a closure that gets a text and returns nothing: the form for any parameters, without the detour
  /// of generic code.
  public func on(_ state: String, _ handler: @escaping @Sendable (String) throws -> Void) {
    set(state, TextObserver(handler))
  }

  /// Handles a state with an asynchronous closure that gets the event and returns a result.
  public func on<R: Encodable & SendableMetatype>(
    _ state: String, _ handler: @escaping @Sendable (Event) async throws -> R
  ) {
    set(state, TaskHandler { try $0.answer(try await handler(Event(delivery: $0))) })
  }

  /// Handles a state with an asynchronous closure that gets the event and returns nothing; a caller gets undef.
  public func on(_ state: String, _ handler: @escaping @Sendable (Event) async throws -> Void) {
    set(
      state,
      TaskHandler {
        try await handler(Event(delivery: $0))
        try $0.answerNothing()
      })
  }

  /// Handles a state with an asynchronous closure that gets the parameters, decoded, and returns a result.
  public func on<P: Decodable & SendableMetatype, R: Encodable & SendableMetatype>(
    _ state: String, _ handler: @escaping @Sendable (P) async throws -> R
  ) {
    set(state, TaskHandler { try $0.answer(try await handler(try $0.decode(P.self))) })
  }

  /// Handles a state with an asynchronous closure that gets the parameters, decoded, and returns nothing; a caller gets
  /// undef.
  public func on<P: Decodable & SendableMetatype>(
    _ state: String, _ handler: @escaping @Sendable (P) async throws -> Void
  ) {
    set(
      state,
      TaskHandler {
        try await handler(try $0.decode(P.self))
        try $0.answerNothing()
      })
  }

  private func set(_ state: String, _ handler: Handler) {
    precondition(
      Specifier.isSessionName(state), "'\(state)' is no state's name; use letters, digits, '_', '-' and blanks")
    responder.setHandler(handler, session: name, state: state)
  }
}
