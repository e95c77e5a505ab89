extension Kernel {
  /// Runs tasks on the kernel's serial queue, between its callbacks.
  ///
  /// A task that prefers it calls and posts without a change of thread, and goes on in the same turn of the loop that
  /// brought its answer: with many calls under way, a third more of them in the same time. Such a task holds the queue while
  /// it computes, as a handler does.
  ///
  /// ```swift
  /// Task(executorPreference: kernel.taskExecutor) {
  ///   for name in names { print(try await kernel.call("poe://Directory/users/find", name, as: String.self)) }
  /// }
  /// ```
  ///
  /// Work goes on after `shutdown`. Any thread may use it.
  public var taskExecutor: any TaskExecutor { responder.taskExecutor }
}
