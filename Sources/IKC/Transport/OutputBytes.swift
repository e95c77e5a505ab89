/// Bytes that wait to be sent, lent to the body of ``Connection/write(_:)``.
///
/// The memory comes from `UnsafeMutableRawPointer.allocate`. The body appends behind `count`, moves everything to larger memory
/// where `capacity` is used up (it then deallocates the old), and leaves the first `count` bytes as they were.
struct OutputBytes {
  var base: UnsafeMutableRawPointer?
  var count = 0
  var capacity = 0

  /// Appends a copy of `bytes`.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    if capacity - count < bytes.count { grow(to: count + bytes.count) }
    (base.unsafelyUnwrapped + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends a copy of `bytes`.
  mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if count == capacity { grow(to: count + 1) }
      base.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
      count += 1
    }
  }

  /// Where the next `size` bytes go, after making room for them. Whoever stores them counts them.
  @inline(__always)
  mutating func tail(_ size: Int) -> UnsafeMutableRawPointer {
    reserve(size)
    return base.unsafelyUnwrapped + count
  }

  /// Makes room for `size` more bytes.
  @inline(__always)
  mutating func reserve(_ size: Int) {
    if capacity &- count < size { grow(to: count + size) }
  }

  @inline(never)
  private mutating func grow(to size: Int) {
    let larger = max(size, capacity * 2, 256)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    if let base {
      memory.copyMemory(from: base, byteCount: count)
      base.deallocate()
    }
    base = memory
    capacity = larger
  }
}
