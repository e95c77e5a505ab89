import CUV

/// The limits of a listener's connections in the form that the C side reads, and how many of them are open.
final class ConnectionSettings: @unchecked Sendable {  // `raw` is never written to after the initializer
  let raw: UnsafeMutablePointer<ikc_limits>
  let linger: Duration
  let gauge: ConnectionGauge?

  init(_ limits: ConnectionLimits, gauge: ConnectionGauge? = nil) {
    raw = .allocate(capacity: 1)
    linger = limits.linger
    self.gauge = gauge
    // Half a slab, so that a partial line always leaves room to read into.
    let line = min(max(limits.maximumLineLength, 0), Int(IKC_SLAB_SIZE) / 2)
    let frame = min(max(limits.maximumFrameLength, 0), Int.max / 4)
    raw.initialize(
      to: ikc_limits(
        line: line, frame: frame, high: max(limits.highWatermark, 0),
        low: min(max(limits.lowWatermark, 0), max(limits.highWatermark, 0)), owner: nil))
    raw.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { raw.deallocate() }
}
