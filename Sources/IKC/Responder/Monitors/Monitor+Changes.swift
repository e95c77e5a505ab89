extension Monitor {
  /// The changes that a monitor is told of, one after the other.
  ///
  /// Monitoring begins when the sequence is made. It ends when the kernel has shut down, when the task that waits for the
  /// next change is cancelled, or when the sequence is let go. It holds `Configuration.maximumChangesWaiting` changes
  /// for a slow reader; from then on the oldest are dropped, and the next that is read tells how many in `dropped`. All
  /// iterators share the changes: each goes to one of them.
  public struct Changes: AsyncSequence, Sendable {
    /// What it brings.
    public typealias Element = Change
    /// It does not fail.
    public typealias Failure = Never

    private let reading: Reading

    init(_ name: String, in table: MonitorTable, capacity: Int) {
      reading = Reading(name, in: table, capacity: capacity)
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(reading: reading) }

    /// Reads the changes.
    public struct Iterator: AsyncIteratorProtocol {
      fileprivate let reading: Reading

      /// Waits for the next change; nil where there will be none.
      public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> Change? {
        await reading.next(isolation: actor)
      }
    }
  }

  /// Ends the monitor when neither the sequence nor an iterator is left.
  fileprivate final class Reading: Sendable {
    private let monitor: Monitor
    private let buffer: ChangeBuffer

    init(_ name: String, in table: MonitorTable, capacity: Int) {
      let buffer = ChangeBuffer(capacity: capacity)
      self.buffer = buffer
      monitor = table.add(name, ended: { buffer.end() }, handler: { buffer.add($0) })
    }

    deinit { monitor.cancel() }

    func next(isolation actor: isolated (any Actor)?) async -> Change? {
      await withTaskCancellationHandler {
        await buffer.next(isolation: actor)
      } onCancel: {
        monitor.cancel()
        buffer.clear()
      }
    }
  }
}
