/// When an operation has to be done.
struct LightDeadline {
  /// The time that it was given.
  let timeout: Duration
  let instant: ContinuousClock.Instant

  /// The time is counted from now on. Throws `invalidArgument` where there is none.
  init(_ timeout: Duration) throws(IKCError) {
    guard timeout > .zero else {
      throw IKCError(.invalidArgument, "a time-out has to be longer than zero, not \(timeout)")
    }
    self.timeout = timeout
    instant = .now + min(timeout, .seconds(49 * 86_400))
  }
}
