internal import Synchronization

/// A named group of states (events with handlers) that peers can reach once they are published.
///
/// Cheap to hold and to ask for again. Any thread may use it.
public final class Session: Sendable {
  let record: SessionRecord
  let responder: Responder
  let configuration: Configuration

  init(record: SessionRecord, responder: Responder, configuration: Configuration) {
    self.record = record
    self.responder = responder
    self.configuration = configuration
  }

  /// Its name, by which specifiers name it.
  public var name: String { record.name }

  /// Lets peers reach the states.
  ///
  /// From the first publication on, what the session posts and calls tells the receiver where to post back, as in IKC
  /// 0.2402.
  ///
  /// - Throws: `invalidArgument` for a state without a handler; nothing is published then.
  public func publish(_ states: String...) throws(IKCError) {
    try responder.changePublications { (publications: inout Publications) throws(IKCError) in
      try publications.publish(session: record.name, states: states)
    }
  }

  /// Ends the publication of the states; of all where none is given. Their handlers stay.
  public func retract(_ states: String...) {
    responder.retract(session: record.name, states: states.isEmpty ? nil : states)
  }

  /// The states that peers can reach, in alphabetical order.
  public var published: [String] {
    responder.publications.withLock { $0.published(session: record.name) }
  }

  /// Sends an event that wants no answer; as `Kernel.post(_:_:)`, and the receiver can post back.
  public func post<P: Encodable>(_ specifier: Specifier, _ params: P) throws(IKCError) {
    try responder.post(specifier, params, from: record)
  }

  /// Sends an event without parameters; as `Kernel.post(_:)`, and the receiver can post back.
  public func post(_ specifier: Specifier) throws(IKCError) {
    try responder.post(specifier, Value.undef, from: record)
  }

  /// Sends an event when there is room; as `Kernel.post(_:_:waitingUpTo:)`, and the receiver can post back.
  public func post<P: Encodable>(
    _ specifier: Specifier, _ params: P, waitingUpTo patience: Duration
  ) async throws(IKCError) {
    try await responder.post(specifier, params, from: record, waitingUpTo: patience)
  }

  /// Calls an event and waits for its result; as `Kernel.call(_:_:as:timeout:wantArray:)`, and the receiver can post back.
  public func call<P: Encodable, R: Decodable & Sendable>(
    _ specifier: Specifier, _ params: P, as type: R.Type, timeout: Duration? = nil, wantArray: Bool = false
  ) async throws(IKCError) -> R {
    try await responder.callAndWait(
      specifier, params, as: type, from: record, timeout: timeout ?? configuration.callTimeout, wantsList: wantArray)
  }

  /// Calls an event; as `Kernel.call(_:_:timeout:wantArray:completion:)`, and the receiver can post back.
  public func call<P: Encodable>(
    _ specifier: Specifier, _ params: P, timeout: Duration? = nil, wantArray: Bool = false,
    completion: @escaping @Sendable (Result<Reply, IKCError>) -> Void
  ) {
    responder.callOrFail(
      specifier, params, from: record, timeout: timeout ?? configuration.callTimeout, wantsList: wantArray,
      completion: CallCompletion(completion))
  }

  /// Calls an event and has the result posted to a state of this session, which needs not be published: the kernel that
  /// is called may post there once. IKC 0.2402's `call` with an rsvp.
  ///
  /// - Parameter state: a state of this session that has a handler.
  /// - Throws: what `Kernel.post(_:_:)` throws; `invalidArgument` where the state has no handler.
  public func call<P: Encodable>(_ specifier: Specifier, _ params: P, replyTo state: String) throws(IKCError) {
    try responder.call(specifier, params, from: record, replyTo: state)
  }
}
