/// What a listener tells. On loops' threads.
struct AcceptHooks: Sendable {
  /// A connection was accepted, on the thread of the loop that it lives on, and what is known of its ends without asking the
  /// system. Nothing is read before it is told to.
  var accepted: @Sendable (Connection, SocketEnds) -> Void
  /// Accepting fails, for lack of descriptors say, and will be tried again; told once until it works again.
  var failed: @Sendable (IKCError) -> Void = { _ in }
  /// As many connections were accepted as were asked for.
  var exhausted: @Sendable () -> Void = {}
}
