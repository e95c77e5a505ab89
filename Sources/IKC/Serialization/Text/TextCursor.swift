/// Where the reader of a text format stands.
struct TextCursor {
  private let bytes: UnsafeRawBufferPointer
  /// What the errors call the text.
  private let format: StaticString
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer, format: StaticString) {
    self.bytes = bytes
    self.format = format
  }

  /// How many bytes are left.
  var remaining: Int { bytes.count - offset }

  /// The next byte; nil at the end.
  @inline(__always)
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// The byte behind the next one.
  var second: UInt8? { offset + 1 < bytes.count ? bytes[offset + 1] : nil }

  /// Goes on by one byte.
  @inline(__always)
  mutating func advance() { offset += 1 }

  /// Goes on behind `byte` where that comes next.
  @inline(__always)
  mutating func skip(ascii byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  /// Goes on behind `text` where that comes next.
  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard count <= remaining else { return false }
    for index in 0..<count where bytes[offset + index] != text.utf8Start[index] { return false }
    offset += count
    return true
  }

  /// Goes on behind blanks, tabs and line ends.
  @inline(__always)
  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { offset += 1 }
  }

  /// The next `count` bytes; nil where there are fewer.
  @inline(__always)
  mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count <= remaining else { return nil }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// The bytes up to the first that is not `isPart`.
  @inline(__always)
  mutating func take(while isPart: (UInt8) -> Bool) -> UnsafeRawBufferPointer {
    let start = offset
    while offset < bytes.count, isPart(bytes[offset]) { offset += 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
  }

  /// A decimal number without a sign; nil where there is none or it is larger than any size.
  @inline(__always)
  mutating func number() -> Int? {
    let start = offset
    var number = 0
    while let byte = next, byte &- 0x30 < 10 {
      guard number < 1 << 58 else { return nil }
      number = number * 10 + Int(byte &- UInt8(ascii: "0"))
      offset += 1
    }
    return offset > start ? number : nil
  }

  /// An error that says what is wrong here.
  func failure(_ problem: String) -> IKCError {
    IKCError(.cannotDecode, "\(format) text \(problem) (byte \(offset))")
  }
}
