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

  /// Writes the length in front of the body and returns how many digits it took.
  @inline(__always)
  mutating func endFrame(_ mark: FrameMark) -> Int {
    let size = count - mark.body
    let digits = Self.decimalDigits(size)
    if digits != mark.body - mark.start - 1 { moveBody(mark, digits: digits, size: size) }
    var rest = size
    var position = mark.start + digits
    patch(position, 0)
    repeat {
      position -= 1
      patch(position, UInt8(truncatingIfNeeded: 0x30 + rest % 10))
      rest /= 10
    } while position > mark.start
    return digits
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
    if size < 10 { return 1 }
    if size < 100 { return 2 }
    if size < 1_000 { return 3 }
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
