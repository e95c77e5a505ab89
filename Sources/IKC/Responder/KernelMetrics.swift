internal import Metrics

/// What a kernel counts through swift-metrics. Every figure is updated once a batch or less, never for each message.
///
/// | label | kind | counts |
/// |---|---|---|
/// | `ikc_channels` | meter | channels to other kernels at the moment |
/// | `ikc_messages_received` | counter | messages that came in |
/// | `ikc_bytes_received` | counter | bytes of their bodies |
/// | `ikc_errors` | counter | errors that belong to no call, by `code` |
struct KernelMetrics: Sendable {
  let channels: Meter
  let messages: Counter
  let bytes: Counter
  private let kernel: String

  /// - Parameter kernel: the name or id that tells this kernel's figures from others', as dimension `kernel`.
  init(kernel: String) {
    self.kernel = kernel
    let dimensions = [("kernel", kernel)]
    channels = Meter(label: "ikc_channels", dimensions: dimensions)
    messages = Counter(label: "ikc_messages_received", dimensions: dimensions)
    bytes = Counter(label: "ikc_bytes_received", dimensions: dimensions)
  }

  /// Counts an error.
  func count(_ error: IKCError) {
    Counter(label: "ikc_errors", dimensions: [("kernel", kernel), ("code", error.code.description)]).increment()
  }
}
