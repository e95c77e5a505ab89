/// Permission for a kernel to post once to a session and state that is not published: what a call's rsvp grants.
///
/// Calls whose answers this library awaits itself are in `CallTable`; here are those that name a session of the
/// application.
struct Permits {
  private struct Key: Hashable {
    let session: String
    let state: String
    let channel: ObjectIdentifier
  }

  private var counts: [Key: Int] = [:]
  private var handlers: [Key: PublishedState] = [:]

  /// Whether there is none at all.
  var isEmpty: Bool { counts.isEmpty }

  /// Lets the kernel at `channel` post once to the state.
  mutating func grant(_ target: PublishedState, to channel: Channel) {
    let key = Key(session: target.session.name, state: target.state, channel: ObjectIdentifier(channel))
    counts[key, default: 0] += 1
    handlers[key] = target
  }

  /// Uses a permit up; nil where there is none.
  mutating func take(session: String, state: String, channel: Channel) -> PublishedState? {
    let key = Key(session: session, state: state, channel: ObjectIdentifier(channel))
    guard let count = counts[key], let target = handlers[key] else { return nil }
    counts[key] = count > 1 ? count - 1 : nil
    if count <= 1 { handlers[key] = nil }
    return target
  }

  /// Takes back all permits of a kernel that is gone.
  mutating func removeAll(of channel: Channel) {
    guard !counts.isEmpty else { return }
    let gone = ObjectIdentifier(channel)
    counts = counts.filter { $0.key.channel != gone }
    handlers = handlers.filter { $0.key.channel != gone }
  }
}
