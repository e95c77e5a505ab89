/// Somewhere that was posted to before: the channel, and the bytes that go around the parameters.
final class Place: Sendable {
  let channel: Channel
  /// The session that sends; nil where the kernel itself does.
  let session: SessionRecord?
  /// The specifier as text, the way errors name it.
  let specifier: String
  let post: MessageTemplate
  let call: MessageTemplate
  let listCall: MessageTemplate

  /// - Parameters:
  ///   - specifier: where messages go, as text.
  ///   - channel: the way there.
  ///   - session: the session that sends, if one does.
  ///   - rsvp: the text of an rsvp specifier up to the call's number.
  init(specifier: String, channel: Channel, session: SessionRecord?, rsvp: String) throws(IKCError) {
    self.specifier = specifier
    self.channel = channel
    self.session = session
    let from = session?.fromWhenPublished
    post = try MessageTemplate(event: specifier, from: from)
    call = try MessageTemplate(event: specifier, from: from, rsvp: rsvp)
    listCall = try MessageTemplate(event: specifier, from: from, rsvp: rsvp, wantsList: true)
  }
}
