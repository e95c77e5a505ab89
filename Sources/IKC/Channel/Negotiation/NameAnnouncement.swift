/// The own names as the classic dialogue tells them: the id first, then the list from its end.
struct NameAnnouncement: Sendable {
  private var remaining: [String] = []

  /// Nothing to tell.
  init() {}

  /// The names other than the id; those with blanks can't be said and are left out.
  init(_ identity: LocalIdentity) {
    remaining = identity.names.filter { KernelName.isAnnounceable($0) }
  }

  /// The next name to be told; nil when all are.
  mutating func next() -> String? { remaining.popLast() }
}
