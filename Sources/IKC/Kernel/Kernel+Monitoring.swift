internal import Synchronization

extension Kernel {
  /// The changes that happen to a kernel, to read one after the other.
  ///
  /// Monitoring begins now, so that nothing is missed before the first read. A slow reader holds up nothing: at most
  /// `Configuration.maximumChangesWaiting` changes wait for it, the oldest are dropped, and `Change.dropped` of the next
  /// tells how many. Ends when the kernel has shut down.
  ///
  /// - Parameter name: a name, alias or id of the kernel, or a specifier that names it; `*`: all kernels. It may connect
  ///   later, or never.
  public func monitor(_ name: String = "*") -> Monitor.Changes {
    Monitor.Changes(name, in: responder.monitors, capacity: configuration.maximumChangesWaiting)
  }

  /// Has `handler` called for the changes that happen to a kernel, on the serial queue, until the monitor is cancelled or
  /// the kernel has shut down.
  ///
  /// - Parameter name: as in `monitor(_:)`.
  /// - Returns: the monitor, to cancel it. It goes on where that is not kept.
  @discardableResult
  public func monitor(_ name: String = "*", _ handler: @escaping @Sendable (Monitor.Change) -> Void) -> Monitor {
    responder.monitors.add(name, handler: handler)
  }

  /// Calls `handler` for each error that no caller gets: those that peers report, and those that end channels.
  ///
  /// It is a monitor of all kernels that hears of errors alone, once of each, and runs on the serial queue. Where nobody
  /// monitors, such errors are logged as warnings.
  ///
  /// - Returns: the monitor, to cancel it. It goes on where that is not kept.
  @discardableResult
  public func onError(_ handler: @escaping @Sendable (IKCError) -> Void) -> Monitor {
    responder.monitors.add("*", isForErrors: true) { change in
      if case .error(let failure) = change.kind, !failure.hasReachedCaller { handler(failure.error) }
    }
  }
}
