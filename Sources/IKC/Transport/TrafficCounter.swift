import Synchronization

/// Frames and bytes that went one way. Any thread reads it; those who add take turns.
struct TrafficCounter: ~Copyable, Sendable {
  private let frameCount = Atomic(0)
  private let byteCount = Atomic(0)

  var frames: Int { frameCount.load(ordering: .relaxed) }
  var bytes: Int { byteCount.load(ordering: .relaxed) }

  /// Nobody else adds at the same time, so that plain loads and stores do.
  @inline(__always)
  borrowing func add(frames: Int, bytes: Int) {
    frameCount.store(frameCount.load(ordering: .relaxed) &+ frames, ordering: .relaxed)
    byteCount.store(byteCount.load(ordering: .relaxed) &+ bytes, ordering: .relaxed)
  }
}
