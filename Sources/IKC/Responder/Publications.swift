/// The sessions of this kernel, their handlers, and which of their states peers may reach.
struct Publications {
  private struct Entry {
    let record: SessionRecord
    var handlers: [String: Handler] = [:]
    var published: [String: PublishedState] = [:]
  }

  /// What a lookup by session and state finds; the refusals are those of IKC 0.2402.
  enum Lookup {
    case published(PublishedState)
    case noSession
    case noState
  }

  private var sessions: [String: Entry] = [:]

  /// Goes up with every change, so that whoever remembers a lookup knows when to look again.
  private(set) var generation: UInt64 = 1

  /// The session of that record's name: the one that is known, else this.
  mutating func session(_ record: SessionRecord) -> SessionRecord {
    if let entry = sessions[record.name] { return entry.record }
    sessions[record.name] = Entry(record: record)
    return record
  }

  /// Sets the handler of a state; a published state gets it at once.
  mutating func setHandler(_ handler: Handler, session: String, state: String) {
    guard var entry = sessions[session] else { return }
    sessions[session] = nil
    entry.handlers[state] = handler
    if entry.published[state] != nil {
      entry.published[state] = PublishedState(session: entry.record, state: state, handler: handler)
      generation += 1
    }
    sessions[session] = entry
  }

  /// Lets peers reach the states. Throws `invalidArgument` for one that has no handler, and publishes none then.
  mutating func publish(session: String, states: [String]) throws(IKCError) {
    guard var entry = sessions[session] else { return }
    for state in states {
      guard let handler = entry.handlers[state] else {
        throw IKCError(
          .invalidArgument, "state '\(state)' of session '\(session)' has no handler; give it one with on(_:) first")
      }
      entry.published[state] = PublishedState(session: entry.record, state: state, handler: handler)
    }
    entry.record.hasPublished.store(!entry.published.isEmpty, ordering: .relaxed)
    sessions[session] = entry
    generation += 1
  }

  /// Ends the publication of the states, or of all where `states` is nil.
  mutating func retract(session: String, states: [String]?) {
    guard var entry = sessions[session] else { return }
    for state in states ?? Array(entry.published.keys) { entry.published[state] = nil }
    entry.record.hasPublished.store(!entry.published.isEmpty, ordering: .relaxed)
    sessions[session] = entry
    generation += 1
  }

  /// The published states of a session, in alphabetical order.
  func published(session: String) -> [String] {
    sessions[session]?.published.keys.sorted() ?? []
  }

  /// All sessions that publish anything, with their states.
  var published: [String: [String]] {
    sessions.filter { !$0.value.published.isEmpty }.mapValues { $0.published.keys.sorted() }
  }

  /// The handler of a state, published or not.
  func handler(session: String, state: String) -> PublishedState? {
    guard let entry = sessions[session], let handler = entry.handlers[state] else { return nil }
    return PublishedState(session: entry.record, state: state, handler: handler)
  }

  /// Finds who handles a state. A session that has published nothing is as good as none.
  func find(session: String, state: String) -> Lookup {
    guard let entry = sessions[session], !entry.published.isEmpty else { return .noSession }
    guard let found = entry.published[state] else { return .noState }
    return .published(found)
  }
}
