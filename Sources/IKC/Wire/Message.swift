/// A message as a value, in whichever serializer it came.
struct Message {
  /// Its hash.
  let fields: Value.Hash

  /// The message that a frame's value is; nil where it is no hash, blessed or not.
  init?(_ value: Value) {
    switch value {
    case .hash(let hash): fields = hash
    case .special(.object(let object)):
      guard let message = Message(object.content) else { return nil }
      self = message
    default: return nil
    }
  }

  /// Whom it is for; nil where that is no specifier.
  var event: Specifier.Parts? { fields["event"].flatMap { Specifier.Parts($0) } }

  /// What the handler gets; undef where nothing is said.
  var params: Value { fields["params"] ?? .undef }

  /// Where the answer goes; nil where none is wanted.
  var rsvp: Specifier.Parts? { fields["rsvp"].flatMap { $0.isTrue ? Specifier.Parts($0) : nil } }

  /// Whether it reports an error; such a message is never answered.
  var isError: Bool { fields["is_error"]?.isTrue ?? false }

  /// The error that it reports, if it is for `IKC/remote_error`.
  var remoteError: RemoteError? {
    guard let event, event.session == "IKC", event.state == "remote_error" else { return nil }
    return RemoteError(params, failed: fields["failed"])
  }
}
