import IKC

/// The session `bench` that a server publishes: what the modes post to and call.
enum BenchSession {
  static let name = "bench"
  /// Counts the post; does not look at its parameters.
  static let count = "count"
  /// Decodes the string and counts it.
  static let take = "take"
  /// Returns how many were counted since it was last asked.
  static let counted = "counted"
  /// Decodes the string and returns it.
  static let echo = "echo"

  // @unchecked: handlers run on the kernel's serial queue, one at a time.
  private final class Counter: @unchecked Sendable {
    var count = 0
    var octets = 0
  }

  static func publish(in kernel: Kernel) throws {
    let session = kernel.session(name)
    let counter = Counter()
    session.on(count) { (_: Event) in
      counter.count += 1
    }
    session.on(take) { (text: String) in
      counter.count += 1
      counter.octets += text.utf8.count
    }
    session.on(counted) { (_: Event) -> Int in
      defer { counter.count = 0 }
      return counter.count
    }
    session.on(echo) { (text: String) -> String in
      text
    }
    try session.publish(count, take, counted, echo)
  }
}
