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
  /// `channel`, for the hot path: the place keeps it alive.
  let unretainedChannel: Unmanaged<Channel>

  /// - Parameters:
  ///   - specifier: where messages go, as text.
  ///   - channel: the way there.
  ///   - session: the session that sends, if one does.
  ///   - rsvp: the text of an rsvp specifier, whichever its number.
  init(specifier: String, channel: Channel, session: SessionRecord?, rsvp: String) throws(IKCError) {
    self.specifier = specifier
    self.channel = channel
    unretainedChannel = .passUnretained(channel)
    self.session = session
    let from = session?.fromWhenPublished
    post = try MessageTemplate(event: specifier, from: from)
    call = try MessageTemplate(event: specifier, from: from, rsvp: rsvp)
    listCall = try MessageTemplate(event: specifier, from: from, rsvp: rsvp, wantsList: true)
  }

  /// Whether nothing can be sent there any more.
  @inline(__always)
  var isClosed: Bool { unretainedChannel._withUnsafeGuaranteedRef { $0.isClosed } }

  /// The place itself, unless it is closed.
  @inline(__always)
  var whileOpen: Place? { isClosed ? nil : self }

  /// Lends the channel without counting references: threads that post at the same time contend for the count.
  @inline(__always)
  func withChannel<R, E: Error>(_ body: (Channel) throws(E) -> R) throws(E) -> R {
    try unretainedChannel.lend(body)
  }
}
