import Dispatch
import IKC
import Synchronization

/// Prints what goes through a tap, behind the connections' backs: they hand their bytes over and go on.
///
/// Everything is read along and written on one queue. Where that falls behind, it leaves out what a connection says from
/// then on, and says so.
final class TapPrinter: Sendable {
  /// Bytes that may wait to be printed.
  private static let maximumBacklog = 64 << 20

  private let queue = DispatchQueue(label: "printing")
  private let backlog = Atomic(0)
  private let output: TapOutput
  private let fails: @Sendable (Failure) -> Void

  // Unchecked: only the queue touches them.
  private final class Readers: @unchecked Sendable {
    var byConnection: [Int: ConversationReader] = [:]
    /// Bytes left out.
    var missed: [Int: Int] = [:]
    var hasFailed = false
  }

  private let readers = Readers()

  /// A printer; `fails` is called once, when its output can't be written any more.
  init(isJSON: Bool, fails: @escaping @Sendable (Failure) -> Void) {
    output = TapOutput(isJSON: isJSON)
    self.fails = fails
  }

  /// A connection begins.
  func opened(_ connection: Int) {
    onQueue { [self] time in
      readers.byConnection[connection] = ConversationReader(serializers: SerializerName.known)
      write(output.opened(connection, time))
    }
  }

  /// One side has said something.
  func read(_ bytes: [UInt8], _ connection: Int, _ side: ConversationReader.Side) {
    let size = bytes.count
    guard backlog.add(size, ordering: .relaxed).newValue <= Self.maximumBacklog else {
      backlog.subtract(size, ordering: .relaxed)
      return onQueue { [self] _ in
        // Its reader would take the next bytes for the middle of what is missing.
        readers.byConnection[connection] = nil
        readers.missed[connection, default: 0] += size
      }
    }
    onQueue { [self] time in
      defer { backlog.subtract(size, ordering: .relaxed) }
      guard var reader = readers.byConnection.removeValue(forKey: connection) else {
        readers.missed[connection, default: 0] += size
        return
      }
      bytes.withUnsafeBytes { bytes in
        reader.read(bytes, from: side) { side, item in write(output.item(item, side, connection, time)) }
      }
      readers.byConnection[connection] = reader
    }
  }

  /// One side will say no more.
  func ended(_ connection: Int, _ side: ConversationReader.Side) {
    onQueue { [self] time in
      readers.byConnection[connection]?.end(of: side) { side, item in
        write(output.item(item, side, connection, time))
      }
      write(output.ended(side, connection, time))
    }
  }

  /// A connection is over.
  func closed(_ connection: Int, because reason: String?) {
    onQueue { [self] time in
      readers.byConnection[connection] = nil
      let missed = readers.missed.removeValue(forKey: connection) ?? 0
      write(output.closed(connection, reason, missed: missed, time))
    }
  }

  /// Returns when all is printed that was handed over, or after some seconds in which nobody took it.
  func finish() async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    queue.async { end.yield() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 2) { end.yield() }
    for await _ in ends { return }
  }

  /// Runs `body` on the queue with the time of now.
  private func onQueue(_ body: @escaping @Sendable (TapTime) -> Void) {
    let time = TapTime.now
    queue.async { body(time) }
  }

  private func write(_ line: [UInt8]) {
    guard !readers.hasFailed else { return }
    do throws(Failure) {
      try Process.write(line)
    } catch {
      readers.hasFailed = true
      fails(error)
    }
  }
}
