public import CUV
public import Logging

extension Kernel {
  /// Makes a kernel on a libuv loop that the application runs: it has no thread of its own, and with the inline queue
  /// every callback runs on the loop's thread.
  ///
  /// Open listeners and channels keep the loop running, nothing else of the kernel does. After `shutdown` no handle of
  /// the kernel is left, and the loop can be closed; its completion says when. Operations with a completion suit
  /// programs that have nothing but the loop.
  ///
  /// To be called on the thread that runs the loop, or before it runs.
  ///
  /// - Parameters:
  ///   - name: as in `init(name:configuration:logger:)`.
  ///   - configuration: `loops` is of no account.
  ///   - logger: where warnings go; by default a logger labelled `ikc`.
  ///   - loop: has to live until `shutdown` has completed.
  /// - Throws: `system` where the loop takes no more handles.
  public convenience init(
    name: String? = nil, configuration: Configuration = .init(), logger: Logger? = nil,
    adopting loop: UnsafeMutablePointer<uv_loop_t>
  ) throws(IKCError) {
    try self.init(
      name: name, configuration: configuration, logger: logger,
      loops: [try EventLoop(adopting: loop, busyPolling: configuration.busyPolling)])
  }
}
