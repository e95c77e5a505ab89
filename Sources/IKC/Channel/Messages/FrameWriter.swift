/// Writes frames into a buffer in place: `<decimal length> NUL <body>`, as in IKC 0.2402.
///
/// The length stands before the body but is known after it, so room is left for as many digits as
/// the caller expects; only a wrong guess moves the body.
extension ByteWriter {
  /// A frame that has been begun.
  struct FrameMark {
    /// The offset of the frame's first byte.
    fileprivate let start: Int
    /// The offset of the body's first byte.
    fileprivate let body: Int
  }

  /// Leaves room for a length of `digits` digits; what is written next is the body.
  @inline(__always)
  mutating func beginFrame(digits: Int) -> FrameMark {
    let start = count
    reserve(digits + 1)
    advance(digits + 1)
    return FrameMark(start: start, body: count)
  }

  /// Writes the length in front of the body.
  @inline(__always)
  mutating func endFrame(_ mark: FrameMark) {
    let size = count &- mark.body
    let digits = Self.decimalDigits(size)
    if digits != mark.body &- mark.start &- 1 { moveBody(mark, digits: digits, size: size) }
    Self.storeHead(size, digits: digits, to: base.unsafelyUnwrapped + mark.start)
  }

  /// Stores a length of so many digits and the NUL behind it.
  @inline(__always)
  static func storeHead(_ size: Int, digits: Int, to head: UnsafeMutableRawPointer) {
    var rest = UInt32(truncatingIfNeeded: size)
    if digits == 3 {
      // The commonest length: digits and NUL in one word, the first digit in its lowest byte. Divisions by 100 and 10.
      let hundreds = (rest &* 41) >> 12
      let tens = ((rest &- hundreds &* 100) &* 103) >> 10
      let ones = rest &- hundreds &* 100 &- tens &* 10
      let text = hundreds | tens << 8 | ones << 16 | 0x30_3030
      head.storeBytes(of: text.littleEndian, as: UInt32.self)
      return
    }
    head.storeBytes(of: 0, toByteOffset: digits, as: UInt8.self)
    var position = digits
    repeat {
      position &-= 1
      head.storeBytes(of: UInt8(truncatingIfNeeded: 0x30 &+ rest % 10), toByteOffset: position, as: UInt8.self)
      rest /= 10
    } while position > 0
  }

  /// Takes the frame back, as if it had never been begun.
  mutating func cancelFrame(_ mark: FrameMark) { truncate(to: mark.start) }

  /// How long the body is so far.
  func bodySize(_ mark: FrameMark) -> Int { count - mark.body }

  /// The body as it stands. Valid until the next write.
  func body(_ mark: FrameMark) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[mark.body...])
  }

  @inline(never)
  private mutating func moveBody(_ mark: FrameMark, digits: Int, size: Int) {
    let target = mark.start + digits + 1
    if target > mark.body { reserve(target - mark.body) }
    if let base, size > 0 { (base + target).copyMemory(from: base + mark.body, byteCount: size) }
    if target > mark.body { advance(target - mark.body) } else { truncate(to: target + size) }
  }

  /// The number of decimal digits of `size`, at least one.
  @inline(__always)
  static func decimalDigits(_ size: Int) -> Int {
    if size < 1_000 { return size < 100 ? size < 10 ? 1 : 2 : 3 }
    if size < 10_000 { return 4 }
    if size < 100_000 { return 5 }
    var digits = 6
    var rest = size / 1_000_000
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    return digits
  }
}
