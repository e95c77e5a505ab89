/// Who wants to hear of what. Callbacks run on the serial queue.
struct Observers {
  /// Errors that belong to no call: those that peers report, and those of channels.
  var errors: [@Sendable (IKCError) -> Void] = []
}
