import CUV

/// The complete frames of one read, borrowed from the loop's memory.
struct FrameBatch: ~Copyable {
  private let frames: UnsafePointer<ikc_frame>

  /// How many frames there are, at least 1.
  let count: Int

  init(frames: UnsafePointer<ikc_frame>, count: Int) {
    self.frames = frames
    self.count = count
  }

  /// The octets of a frame.
  @inline(__always)
  subscript(index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: frames[index].bytes, count: frames[index].length)
  }

  /// The octets of all frames together.
  var byteCount: Int {
    var size = 0
    for index in 0..<count { size += frames[index].length }
    return size
  }

  /// A copy that outlives the callback and may go to another thread.
  borrowing func copy() -> OwnedFrameBatch { OwnedFrameBatch(frames: frames, count: count) }
}
