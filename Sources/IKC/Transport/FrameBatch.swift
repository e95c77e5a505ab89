import CUV

/// The complete frames of one read, borrowed from the loop's memory.
struct FrameBatch: ~Copyable {
  private let frames: UnsafePointer<ikc_frame>

  /// How many frames there are, at least 1.
  let count: Int

  /// The octets of all frames together.
  let byteCount: Int

  init(frames: UnsafePointer<ikc_frame>, count: Int, byteCount: Int) {
    self.frames = frames
    self.count = count
    self.byteCount = byteCount
  }

  /// The octets of a frame.
  @inline(__always)
  subscript(index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: frames[index].bytes, count: frames[index].length)
  }

  /// A copy that outlives the callback and may go to another thread.
  borrowing func copy() -> OwnedFrameBatch { OwnedFrameBatch(frames: frames, count: count, byteCount: byteCount) }
}
