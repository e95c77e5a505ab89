internal import Foundation

/// Runs what calls itself more often than the caller's stack may have room for.
enum DeepStack {
  private static let size = 32 << 20

  /// What `body` returns, from a thread of its own; the caller waits for it.
  static func run<Success: Sendable, Failure>(
    _ body: @escaping @Sendable () -> Result<Success, Failure>
  ) -> Result<Success, Failure> {
    let outcome = Outcome<Result<Success, Failure>>()
    let thread = Thread { outcome.set(body()) }
    thread.stackSize = size
    thread.start()
    return outcome.wait()
  }

  // Unchecked: the lock guards the result.
  private final class Outcome<Result>: @unchecked Sendable {
    private let condition = NSCondition()
    private var result: Result?

    func set(_ result: Result) {
      condition.lock()
      self.result = result
      condition.signal()
      condition.unlock()
    }

    func wait() -> Result {
      condition.lock()
      defer { condition.unlock() }
      while true {
        if let result { return result }
        condition.wait()
      }
    }
  }
}
