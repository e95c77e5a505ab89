internal import Synchronization

/// Someone who is told which kernels come and go and what goes wrong, as with `IKC/monitor` of IKC 0.2402.
///
/// `Kernel.monitor` makes it. It goes on, kept or not, until it is cancelled or its kernel has shut down. Any thread.
public final class Monitor: Sendable {
  /// What it was made with: a kernel's name, or `*` for all kernels.
  public let name: String
  /// The kernel's name alone, where `name` is a specifier.
  let kernel: String
  /// The order in which monitors were made.
  let number: UInt64
  /// Whether it hears of errors alone, and once of each.
  let isForErrors: Bool

  private let table: MonitorTable
  private let handler: @Sendable (Change) -> Void
  private let ended: @Sendable () -> Void
  private let isOver = Atomic(false)

  init(
    name: String, number: UInt64, isForErrors: Bool, table: MonitorTable,
    handler: @escaping @Sendable (Change) -> Void, ended: @escaping @Sendable () -> Void
  ) {
    self.name = name
    // IKC 0.2402 takes specifiers as well, and of them the kernel.
    let specifier = name.hasPrefix("poe:") ? Specifier.Parts(parsing: name) : nil
    kernel = specifier.map { $0.kernel.isEmpty ? name : $0.kernel } ?? name
    self.number = number
    self.isForErrors = isForErrors
    self.table = table
    self.handler = handler
    self.ended = ended
  }

  /// Ends it. Its handler is not called again after this has returned on the serial queue, as from within the handler;
  /// on other threads a call that has begun may still be under way. A second time is harmless.
  public func cancel() {
    table.remove(self)
    end()
  }

  /// Whoever waits for more is told that there is none.
  func end() {
    if !isOver.exchange(true, ordering: .acquiringAndReleasing) { ended() }
  }

  /// Tells it. Serial queue.
  func hear(_ change: Change) {
    if !isOver.load(ordering: .acquiring) { handler(change) }
  }
}
