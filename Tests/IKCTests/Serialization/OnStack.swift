import Foundation

/// Runs `body` on a thread with so much stack, and waits for it. Threads other than the first have 512 KiB on some systems.
func onStack(kilobytes: Int = 512, _ body: @escaping @Sendable () -> Void) {
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    body()
    done.signal()
  }
  thread.stackSize = kilobytes << 10
  thread.start()
  done.wait()
}
