internal import Dispatch

extension EventLoop {
  /// Runs `body` on the loop's thread and returns when it is done.
  func executeAndWait(_ body: @escaping @Sendable () -> Void) {
    if isCurrent { return body() }
    let done = DispatchSemaphore(value: 0)
    let isRunning = execute {
      body()
      done.signal()
    }
    if isRunning { done.wait() }
  }
}
