public import ServiceLifecycle
internal import Synchronization

extension Kernel: Service {
  /// Ends the kernel in good order: no more is accepted, handlers that are under way answer, all that was posted is
  /// delivered, channels close. What has not ended by the deadline is aborted. A second call returns at once.
  ///
  /// - Parameter deadline: how long that may take. Default: 10 s.
  public func shutdown(deadline: Duration = .seconds(10)) async {
    await withCheckedContinuation { continuation in
      shutdown(deadline: deadline) { continuation.resume() }
    }
  }

  /// Ends the kernel in good order; as `shutdown(deadline:)`, for programs without tasks. Never blocks.
  ///
  /// - Parameter completion: runs once, on a thread of the kernel's own choice, when its last handle has closed: a loop
  ///   that was adopted can then be closed.
  public func shutdown(deadline: Duration = .seconds(10), completion: @escaping @Sendable () -> Void) {
    guard !responder.isShutDown.exchange(true, ordering: .acquiringAndReleasing) else { return completion() }
    responder.onQueue { [responder] in responder.tell(.shutdown, of: nil) }
    let listeners = listeners.all
    let closed = Countdown(listeners.count + 1) { [self] in drain(by: deadline, completion) }
    for listener in listeners { listener.close { closed.step() } }
    closed.step()
  }

  /// Waits for the channels to end, then for the loops.
  private func drain(by deadline: Duration, _ completion: @escaping @Sendable () -> Void) {
    let responder = responder
    let loops = loops
    let finish: @Sendable () -> Void = {
      responder.unregisterLocal()
      responder.onQueue { responder.monitors.end() }
      let stopped = Countdown(loops.count, completion)
      for loop in loops { loop.stop { stopped.step() } }
    }
    responder.idleWaiters.withLock { $0.append(finish) }
    responder.onQueue {
      responder.closeAll { responder.tellIfIdle() }
    }
    responder.home.execute {
      _ = responder.home.schedule(after: deadline) { responder.abortAll() }
    }
  }

  /// Runs until the service group shuts down gracefully or the task is cancelled, then shuts the kernel down.
  ///
  /// Listen and connect before or meanwhile; this is swift-service-lifecycle's `Service`.
  public func run() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    await withTaskCancellationOrGracefulShutdownHandler {
      for await _ in stream {}
    } onCancelOrGracefulShutdown: {
      continuation.finish()
    }
    await shutdown()
  }
}

/// Calls a closure after a number of steps, which may come from any thread.
private final class Countdown: Sendable {
  private let left: Atomic<Int>
  private let completion: @Sendable () -> Void

  init(_ count: Int, _ completion: @escaping @Sendable () -> Void) {
    left = Atomic(count)
    self.completion = completion
  }

  func step() {
    if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { completion() }
  }
}
