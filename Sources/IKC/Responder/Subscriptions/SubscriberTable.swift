/// The kernels that have subscribed to sessions of this one.
///
/// A kernel stands here once for each session or state, however often it subscribes to that, and only for what is published
/// here: what it may ask for without end takes no memory.
struct SubscriberTable: ~Copyable {
  struct Subject: Hashable {
    let session: String
    /// Empty where it is the whole session.
    let state: String
  }

  struct Entry {
    let channel: Channel
    /// How many subscriptions there are, so that the end of one of them is not that of all.
    var counts: [Subject: Int] = [:]
  }

  private var entries = ObjectTable<Entry>()

  /// All of them, or those of one session; in alphabetical order of kernels, sessions and states.
  func all(session: String? = nil) -> [Subscriber] {
    entries.values.flatMap { entry in
      entry.counts.keys.filter { session == nil || $0.session == session }.map {
        Subscriber(channel: entry.channel, session: $0.session, state: $0.state.isEmpty ? nil : $0.state)
      }
    }.sorted { ($0.kernel, $0.session, $0.state ?? "") < ($1.kernel, $1.session, $1.state ?? "") }
  }

  /// The kernel at `channel` has subscribed.
  mutating func add(_ channel: Channel, session: String, state: String) {
    entries.change(channel, default: Entry(channel: channel)) {
      $0.counts[Subject(session: session, state: state), default: 0] += 1
    }
  }

  /// The kernel at `channel` has ended one subscription; nothing happens where it has none.
  mutating func remove(_ channel: Channel, session: String, state: String) {
    let subject = Subject(session: session, state: state)
    guard let count = entries[channel]?.counts[subject] else { return }
    let isLast = entries.change(channel, default: Entry(channel: channel)) { entry in
      entry.counts[subject] = count > 1 ? count - 1 : nil
      return entry.counts.isEmpty
    }
    if isLast { entries[channel] = nil }
  }

  /// The kernel at `channel` has gone.
  mutating func removeAll(of channel: Channel) {
    if !entries.isEmpty { entries[channel] = nil }
  }

  /// The session publishes nothing but `states` any more.
  mutating func retract(session: String, keeping states: [String]) {
    for entry in entries.values {
      for subject in entry.counts.keys where subject.session == session {
        let isKept = subject.state.isEmpty ? !states.isEmpty : states.contains(subject.state)
        guard !isKept else { continue }
        let isLast = entries.change(entry.channel, default: entry) {
          $0.counts[subject] = nil
          return $0.counts.isEmpty
        }
        if isLast { entries[entry.channel] = nil }
      }
    }
  }
}
