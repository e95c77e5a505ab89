import CUV

/// Frames in memory of their own: one allocation for the bytes and their ranges.
final class OwnedFrameBatch: @unchecked Sendable {  // never written to after its initializer
  private let memory: UnsafeMutableRawPointer

  /// How many frames there are, at least 1.
  let count: Int

  init(frames: UnsafePointer<ikc_frame>, count: Int) {
    let table = count * MemoryLayout<ikc_frame>.stride
    var size = table
    for index in 0..<count { size += frames[index].length }
    memory = .allocate(byteCount: size, alignment: 16)
    self.count = count
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
    body(FrameBatch(frames: UnsafePointer(memory.assumingMemoryBound(to: ikc_frame.self)), count: count))
  }
}
