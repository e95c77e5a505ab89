/// One state that peers may post to: its handler, and what its answers carry.
final class PublishedState: Sendable {
  let session: SessionRecord
  let state: String
  let handler: Handler

  init(session: SessionRecord, state: String, handler: Handler) {
    self.session = session
    self.state = state
    self.handler = handler
  }
}
