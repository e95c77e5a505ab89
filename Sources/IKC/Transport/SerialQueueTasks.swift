/// Runs tasks on a serial queue.
///
/// A type of its own: Swift's runtime is slow with executors that are of both kinds.
final class SerialQueueTasks: TaskExecutor {
  private let queue: SerialQueue

  init(on queue: SerialQueue) { self.queue = queue }

  func enqueue(_ job: consuming ExecutorJob) { queue.enqueue(job, of: asUnownedTaskExecutor()) }
}
