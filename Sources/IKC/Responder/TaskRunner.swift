/// Runs asynchronous handlers on a serial queue.
actor TaskRunner {
  nonisolated let queue: SerialQueue

  nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  init(queue: SerialQueue) {
    self.queue = queue
  }

  /// Runs `handler` to its end; it leaves the queue to others wherever it waits.
  func run(
    _ handler: @escaping @Sendable (Delivery) async throws -> Void, _ handover: Handover
  ) async -> (any Error)? {
    do {
      try await handler(handover.delivery)
      return nil
    } catch {
      return error
    }
  }

  /// A delivery on its way into a task.
  // @unchecked: the responder makes it for this task alone and keeps no reference; it is used on the queue only.
  struct Handover: @unchecked Sendable {
    let delivery: Delivery
  }
}
