/// A message that was read along.
package struct ObservedMessage: Sendable {
  /// What a message is for.
  package enum Kind: String, Sendable {
    case post, call, error
  }

  /// All of it.
  package let value: Value
  /// Bytes of the frame's body.
  package let size: Int
  package let kind: Kind
  /// Whom it is for, as a specifier; nil where it names nobody.
  package let event: String?
  package let params: Value
  /// Where the answer goes.
  package let rsvp: String?
  /// Who sent it, if it says so.
  package let from: String?

  init(_ message: Message, value: Value, size: Int) {
    self.value = value
    self.size = size
    event = message.event.map { Specifier($0).description }
    params = message.params
    rsvp = message.rsvp.map { Specifier($0).description }
    from = message.fields["from"].flatMap { Specifier.Parts($0)?.name }
    kind = message.isError ? .error : rsvp == nil ? .post : .call
  }
}
