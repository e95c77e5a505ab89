/// A Perl byte string: any octets, without a claim about their encoding.
///
/// Up to 15 bytes lie inside the value itself; longer ones share one allocation among all copies.
public struct ByteString: Sendable {
  /// The largest count that needs no allocation.
  static let inlineCapacity = 15

  /// Fifteen bytes in two registers, the unused ones zero.
  struct Small: Sendable {
    var low: UInt64
    var middle: UInt32
    var high: UInt16
    var last: UInt8

    @inline(__always)
    init(_ first: UInt64, _ second: UInt64) {
      low = first
      middle = UInt32(truncatingIfNeeded: second)
      high = UInt16(truncatingIfNeeded: second >> 32)
      last = UInt8(truncatingIfNeeded: second >> 48)
    }

    @inline(__always)
    var second: UInt64 { UInt64(middle) | UInt64(high) << 32 | UInt64(last) << 48 }
  }

  // Unchecked: a `ByteBuffer` never changes.
  enum Form: @unchecked Sendable {
    /// At most 14 bytes; `last` is their count.
    case short(Small)
    /// Exactly 15 bytes.
    case full(Small)
    /// 16 bytes or more.
    case long(ByteBuffer)
  }

  let form: Form

  /// The empty string.
  public init() { form = .short(Small(0, 0)) }

  /// A copy of `bytes`.
  public init(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else {
      self.init()
      return
    }
    self.init(start, count: bytes.count, readable: bytes.count)
  }

  /// A copy of the `count` bytes at `start`, behind which `readable` bytes in all may be read.
  @inline(__always)
  init(_ start: UnsafeRawPointer, count: Int, readable: Int) {
    if count > Self.inlineCapacity {
      form = .long(ByteBuffer.copy(UnsafeRawBufferPointer(start: start, count: count)))
      return
    }
    var first: UInt64
    var second: UInt64
    if readable >= 16 {
      first = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
      second = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      // Smart shifts by 64 and more give zero.
      first &= count >= 8 ? .max : (1 << UInt64(count &* 8)) &- 1
      second &= count <= 8 ? 0 : (1 << UInt64((count &- 8) &* 8)) &- 1
    } else {
      first = 0
      second = 0
      for index in 0..<count {
        let byte = UInt64(start.load(fromByteOffset: index, as: UInt8.self))
        if index < 8 { first |= byte << UInt64(index &* 8) } else { second |= byte << UInt64((index &- 8) &* 8) }
      }
    }
    form =
      count == Self.inlineCapacity
      ? .full(Small(first, second)) : .short(Small(first, second | UInt64(count) << 48))
  }

  /// A copy of `bytes`.
  public init(_ bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { ByteString($0) }
  }

  /// The UTF-8 of `text`.
  public init(_ text: String) {
    var text = text
    self = text.withUTF8 { ByteString(UnsafeRawBufferPointer($0)) }
  }

  /// How many bytes there are.
  public var count: Int {
    switch form {
    case .short(let small): Int(small.last)
    case .full: Self.inlineCapacity
    case .long(let buffer): buffer.count
    }
  }

  /// Whether there are no bytes.
  public var isEmpty: Bool { count == 0 }

  /// Calls `body` with the bytes, which are valid only until it returns.
  @inline(__always)
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch form {
    case .short(let small): return try Self.expose(small, count: Int(small.last), body)
    case .full(let small): return try Self.expose(small, count: Self.inlineCapacity, body)
    case .long(let buffer): return try body(buffer.bytes)
    }
  }

  @inline(__always)
  private static func expose<Result, Failure: Error>(
    _ small: Small, count: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var words = (small.low.littleEndian, small.second.littleEndian)
    return try Swift.withUnsafeBytes(of: &words) { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[0..<count]))
    }
  }

  /// The bytes as an array.
  public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

  /// The bytes read as UTF-8; nil where they are not valid UTF-8.
  public var text: String? { withUnsafeBytes { Text.string($0) } }

  /// Whether all bytes are below 128.
  var isASCII: Bool { withUnsafeBytes { Text.isASCII($0) } }
}

extension ByteString: Hashable {
  /// Whether both hold the same bytes.
  @inline(__always)
  public static func == (left: ByteString, right: ByteString) -> Bool {
    switch (left.form, right.form) {
    case (.short(let left), .short(let right)), (.full(let left), .full(let right)):
      return left.low == right.low && left.second == right.second
    case (.long(let left), .long(let right)):
      return left === right || Text.equal(left.bytes, right.bytes)
    default:
      return false
    }
  }

  /// Feeds the bytes to `hasher`.
  @inline(__always)
  public func hash(into hasher: inout Hasher) {
    switch form {
    case .short(let small), .full(let small):
      hasher.combine(small.low)
      hasher.combine(small.second)
    case .long(let buffer):
      hasher.combine(bytes: buffer.bytes)
    }
  }
}

extension ByteString: Comparable {
  /// Whether `left` comes first, byte by byte, a prefix before what it begins.
  public static func < (left: ByteString, right: ByteString) -> Bool {
    left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in left.lexicographicallyPrecedes(right) }
    }
  }
}

extension ByteString: ExpressibleByStringLiteral {
  /// The UTF-8 of the literal.
  public init(stringLiteral value: String) { self.init(value) }
}

extension ByteString: CustomStringConvertible {
  /// The text where the bytes are valid UTF-8, else every byte as the character of that number.
  public var description: String {
    text ?? withUnsafeBytes { Text.latin1($0) }
  }
}
