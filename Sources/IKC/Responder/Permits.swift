/// Permission for a kernel to post once to a session and state that is not published: what a call's rsvp grants.
///
/// Calls whose answers this library awaits itself are in `CallTable`; here are those that name a session of the
/// application.
struct Permits: ~Copyable {
  struct State: Hashable {
    let session: String
    let name: String
  }

  struct Grant {
    var count: Int
    let target: PublishedState
  }

  private var granted = ObjectTable<[State: Grant]>()

  /// Whether there is none at all.
  var isEmpty: Bool { granted.isEmpty }

  /// Lets the kernel at `channel` post once to the state.
  mutating func grant(_ target: PublishedState, to channel: Channel) {
    let state = State(session: target.session.name, name: target.state)
    granted.change(channel, default: [:]) { grants in
      grants[state] = Grant(count: (grants[state]?.count ?? 0) + 1, target: target)
    }
  }

  /// Uses a permit up; nil where there is none.
  mutating func take(session: String, state: String, channel: Channel) -> PublishedState? {
    let state = State(session: session, name: state)
    guard let grant = granted[channel]?[state] else { return nil }
    let isLast = granted.change(channel, default: [:]) { grants in
      grants[state] = grant.count > 1 ? Grant(count: grant.count - 1, target: grant.target) : nil
      return grants.isEmpty
    }
    if isLast { granted[channel] = nil }
    return grant.target
  }

  /// Takes back all permits of a kernel that is gone.
  mutating func removeAll(of channel: Channel) {
    if !granted.isEmpty { granted[channel] = nil }
  }
}
