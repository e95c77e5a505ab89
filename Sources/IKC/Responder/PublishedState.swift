/// One state that peers may post to: its handler, and what its answers carry.
final class PublishedState: Sendable {
  let session: SessionRecord
  let state: String
  let handler: Handler
  /// The handler, where it runs on the kernel's serial queue to its end.
  let inline: Unmanaged<InlineHandler>?
  /// What follows the echo of the rsvp in an answer: that it is the event, and whom it comes from.
  let answerTail: ConstantBytes

  init(session: SessionRecord, state: String, handler: Handler) {
    self.session = session
    self.state = state
    self.handler = handler
    inline = session.queue == nil ? (handler as? InlineHandler).map { .passUnretained($0) } : nil
    var tail = ByteWriter(capacity: session.from.count + 32)
    tail.writeKey("event")
    tail.write(session.from)
    tail.writeKey("from")
    answerTail = ConstantBytes(tail.bytes)
  }
}
