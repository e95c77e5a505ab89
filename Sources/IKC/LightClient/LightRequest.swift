/// What a client waits for.
struct LightRequest {
  /// Where the answer will go: its session and state count.
  let rsvp: Specifier.Parts
  /// The event that was called or posted; nil where only something is awaited.
  let event: Specifier.Parts?

  /// What came of it.
  var outcome: Result<Value, IKCError>?
  /// An error that is more likely that of an earlier post to the same place.
  var doubtful: IKCError?
  /// What was wrong with a message that could not be read, and may have been the answer.
  var unreadable: IKCError?

  init(rsvp: Specifier.Parts, event: Specifier.Parts?) {
    self.rsvp = rsvp
    self.event = event
  }

  /// Whether a message to that place is the answer.
  func isAnswered(at event: Specifier.Parts) -> Bool {
    outcome == nil && event.session == rsvp.session && event.state == rsvp.state
  }

  /// Whether a message that can't be read holds the name of the state that only the answer goes to: a text as plain as
  /// that stands as it is in every format but a packed one. Its number is the highest so far, so that no late answer has
  /// a longer one.
  func isNamed(in body: UnsafeRawBufferPointer) -> Bool { body.place(of: rsvp.state.utf8) != nil }

  /// Whose error a peer reports.
  enum Blame {
    case own, other
    /// This request's or that of an earlier post to the same place.
    case either
  }

  /// Whether an error is about this request. A Swift kernel says whose it is; the text of a Perl kernel names the place.
  func blame(for error: RemoteError) -> Blame {
    guard outcome == nil, let event else { return .other }
    if let failed = error.failed { return Specifier.Parts(failed) == rsvp ? .own : .other }
    guard let request = error.request else { return .other }
    return request.session == event.session && request.state == event.state ? .either : .other
  }
}
