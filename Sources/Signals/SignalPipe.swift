import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Signals as something to wait for: their handler writes to a pipe, which is read like any other.
///
/// A dispatch source for signals begins at some time after its `resume`, while the signal must be ignored
/// before it: whatever arrives in between is lost, and processes started in between ignore it for good. Here the
/// handler stands when `catching` returns, and a process that is started has the default again.
package final class SignalPipe: Sendable {
  /// SIGINT and SIGTERM.
  package static let interruptAndTermination = [SIGINT, SIGTERM]

  // The handler is a C function without a context.
  private static let writeEnd = Atomic<Int32>(-1)

  private let readEnd: Int32
  /// A queue of its own, which no work of the pool's threads can hold up.
  private let queue = DispatchQueue(label: "signals")

  /// From here on these signals no longer end the process. Only one pipe at a time catches signals.
  ///
  /// Returns nil where the process may not open a pipe; then they end it as before.
  package static func catching(_ numbers: [Int32]) -> SignalPipe? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
    }
    writeEnd.store(ends[1], ordering: .releasing)
    for number in numbers {
      signal(number) { number in
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(SignalPipe.writeEnd.load(ordering: .acquiring), &byte, 1)
        errno = before
      }
    }
    return SignalPipe(readEnd: ends[0])
  }

  private init(readEnd: Int32) { self.readEnd = readEnd }

  /// Calls `handler` for each signal that arrives, from one that came before this call on, on a queue of its own.
  package func onEach(_ handler: @escaping @Sendable (_ number: Int32) -> Void) {
    let source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: queue)
    source.setEventHandler { [self] in
      // The handler keeps its source, for as long as the process lives.
      _ = source
      var number: UInt8 = 0
      while read(readEnd, &number, 1) == 1 { handler(Int32(number)) }
    }
    source.resume()
  }

  /// Returns when a signal has arrived.
  package func first() async {
    let (arrivals, continuation) = AsyncStream.makeStream(of: Void.self)
    onEach { _ in continuation.yield() }
    for await _ in arrivals { return }
  }
}
