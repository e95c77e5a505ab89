internal import Synchronization

extension Kernel {
  /// Sends an event that wants no answer. Never blocks; any thread.
  ///
  /// What is posted to one kernel arrives in order. A handler's own session posts through `Session.post`, so that the
  /// receiver can post back.
  ///
  /// - Parameters:
  ///   - specifier: where it goes. Kernel `*`: to every connected kernel and this one.
  ///   - params: what the handler gets.
  /// - Throws: `congested`, with nothing queued, where the channel holds more unsent bytes than its high watermark;
  ///   `unknownKernel`, `invalidSpecifier`, `cannotEncode`, `frameTooLong`, `shutdown`.
  public func post<P: Encodable>(_ specifier: Specifier, _ params: P) throws(IKCError) {
    try responder.post(specifier, params, from: nil)
  }

  /// Sends an event without parameters: the handler gets undef. Otherwise as `post(_:_:)`.
  public func post(_ specifier: Specifier) throws(IKCError) {
    try responder.post(specifier, Value.undef, from: nil)
  }

  /// Sends an event as soon as its channel has room for it.
  ///
  /// - Parameter patience: how long to wait for room; then `congested` is thrown and nothing is sent. Cancelling the task
  ///   ends the wait with `cancelled`.
  public func post<P: Encodable>(
    _ specifier: Specifier, _ params: P, waitingUpTo patience: Duration
  ) async throws(IKCError) {
    try await responder.post(specifier, params, from: nil, waitingUpTo: patience)
  }
}
