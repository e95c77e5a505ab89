/// Reads the fixed parts of a Storable image; every step checks that the bytes are there.
struct StorableCursor {
  private let start: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private var position: UnsafeRawPointer
  let order: StorableOrder

  /// Begins at `offset`, which lies within `image` or at its end.
  init(_ image: UnsafeRawBufferPointer, at offset: Int, order: StorableOrder) {
    precondition(offset >= 0 && offset <= image.count)
    // An empty image may have no address; nothing is ever read from this one.
    start = image.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    end = start + image.count
    position = start + offset
    self.order = order
  }

  /// Where the next byte is, counted from the beginning of the image.
  @inline(__always)
  var offset: Int { position - start }

  @inline(__always)
  var remaining: Int { end - position }

  @inline(never)
  func truncated() -> IKCError { .storable("ends within an item", at: offset) }

  @inline(__always)
  mutating func byte() throws(IKCError) -> UInt8 {
    guard remaining >= 1 else { throw truncated() }
    defer { position += 1 }
    return position.load(as: UInt8.self)
  }

  /// `count` bytes that may be read at the address returned.
  @inline(__always)
  mutating func take(_ count: Int) throws(IKCError) -> UnsafeRawPointer {
    guard remaining >= count else { throw truncated() }
    defer { position += count }
    return position
  }

  /// A length or count in the image's order.
  @inline(__always)
  mutating func length() throws(IKCError) -> Int {
    let word = try take(4).loadUnaligned(as: UInt32.self)
    return Int(order == .network ? UInt32(bigEndian: word) : UInt32(littleEndian: word))
  }

  /// A length of eight bytes in the image's order.
  mutating func longLength() throws(IKCError) -> Int {
    let word = try take(8).loadUnaligned(as: UInt64.self)
    return Int(clamping: order == .network ? UInt64(bigEndian: word) : UInt64(littleEndian: word))
  }

  /// The number of an item that came before.
  @inline(__always)
  mutating func tag() throws(IKCError) -> Int {
    Int(UInt32(bigEndian: try take(4).loadUnaligned(as: UInt32.self)))
  }

  /// Eight bytes as a little-endian machine has them.
  @inline(__always)
  mutating func nativeWord() throws(IKCError) -> UInt64 {
    UInt64(littleEndian: try take(8).loadUnaligned(as: UInt64.self))
  }

  /// `count` elements of at least `size` bytes each must still fit.
  @inline(__always)
  func check(count: Int, size: Int) throws(IKCError) {
    if count > remaining / size { throw .storable("announces more elements than it has bytes", at: offset) }
  }

  /// The next `count` bytes.
  @inline(__always)
  mutating func string(_ count: Int) throws(IKCError) -> ByteString {
    let readable = remaining
    return ByteString(try take(count), count: count, readable: readable)
  }

  @inline(__always)
  mutating func octets(_ count: Int) throws(IKCError) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: try take(count), count: count)
  }
}
