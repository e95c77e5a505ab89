import Dispatch
import Synchronization

extension EventLoop {
  /// Runs `body` on the loop's thread and returns when it is done. Any thread.
  func executeAndWait(_ body: @escaping @Sendable () throws(IKCError) -> Void) throws(IKCError) {
    if isCurrent { return try body() }
    let outcome = Outcome()
    let isRunning = execute {
      outcome.take(body)
      outcome.done.signal()
    }
    guard isRunning else { throw IKCError(.shutdown, "the event loop has stopped") }
    outcome.done.wait()
    if let error = outcome.error.withLock({ $0 }) { throw error }
  }

  private final class Outcome: Sendable {
    let done = DispatchSemaphore(value: 0)
    let error = Mutex<IKCError?>(nil)

    func take(_ body: () throws(IKCError) -> Void) {
      do throws(IKCError) { try body() } catch { self.error.withLock { [error] in $0 = error } }
    }
  }
}
