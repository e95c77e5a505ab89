public import ServiceLifecycle
internal import Synchronization

extension Kernel: Service {
  /// Ends the kernel in good order: no more is accepted, handlers that are under way answer, all that was posted is
  /// delivered, channels close. What has not ended by the deadline is aborted. A second call returns at once.
  ///
  /// - Parameter deadline: how long that may take. Default: 10 s.
  public func shutdown(deadline: Duration = .seconds(10)) async {
    guard !responder.isShutDown.exchange(true, ordering: .acquiringAndReleasing) else { return }
    for listener in openListeners { await listener.close() }
    let responder = responder
    responder.onQueue { responder.closeAll() }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      responder.idleWaiters.withLock { $0.append { continuation.resume() } }
      let isRunning = responder.home.execute {
        _ = responder.home.schedule(after: deadline) { responder.abortAll() }
        responder.onQueue { responder.tellIfIdle() }
      }
      if !isRunning { responder.onQueue { responder.tellIfIdle() } }
    }
    await withTaskGroup(of: Void.self) { group in
      for loop in loops {
        group.addTask {
          await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            loop.stop { continuation.resume() }
          }
        }
      }
    }
    responder.unregisterLocal()
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
