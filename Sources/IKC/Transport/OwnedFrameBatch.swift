import CUV

/// Frames in memory of their own: one allocation for the bytes and their ranges.
final class OwnedFrameBatch: @unchecked Sendable {  // never written to after its initializer
  private let memory: UnsafeMutableRawPointer

  /// How many frames there are, at least 1.
  let count: Int

  /// The octets of all frames together.
  private let byteCount: Int

  init(frames: UnsafePointer<ikc_frame>, count: Int, byteCount: Int) {
    let table = count * MemoryLayout<ikc_frame>.stride
    memory = .allocate(byteCount: table + byteCount, alignment: 16)
    self.count = count
    self.byteCount = byteCount
    let ranges = memory.bindMemory(to: ikc_frame.self, capacity: count)
    var next = memory + table
    for index in 0..<count {
      let length = frames[index].length
      next.copyMemory(from: UnsafeRawPointer(frames[index].bytes), byteCount: length)
      ranges[index] = ikc_frame(bytes: next.assumingMemoryBound(to: UInt8.self), length: length)
      next += length
    }
  }

  deinit { memory.deallocate() }

  /// Lends the frames as they came.
  @inline(__always)
  func withFrames<R>(_ body: (borrowing FrameBatch) -> R) -> R {
    let frames = UnsafePointer(memory.assumingMemoryBound(to: ikc_frame.self))
    return body(FrameBatch(frames: frames, count: count, byteCount: byteCount))
  }
}
