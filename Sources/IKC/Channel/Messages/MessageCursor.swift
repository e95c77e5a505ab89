/// Stores the parts of a message one behind the other, in memory that has room for all of them.
struct MessageCursor {
  private var place: UnsafeMutableRawPointer

  /// How many bytes stand before the first field.
  static let headSize = 7
  /// How many bytes the key of the parameters takes.
  static let paramsKeySize = 10

  /// Begins a message of fewer than 256 fields: the image's header and the beginning of its hash.
  @inline(__always)
  init(at place: UnsafeMutableRawPointer, fields: UInt32) {
    // 5, 11 and the hash's tag, then the number of fields, most significant byte first; and one byte that is stored over.
    let head = 0x05 | 0x0b << 8 | UInt64(StorableTag.hash) << 16 | UInt64(fields) << 48
    place.storeBytes(of: head.littleEndian, as: UInt64.self)
    self.place = place + Self.headSize
  }

  @inline(__always)
  mutating func store(_ text: ShortText) {
    text.store(to: place)
    place += text.size
  }

  /// The key of the parameters, behind them.
  @inline(__always)
  mutating func storeParamsKey() {
    // 6 in four bytes, most significant first, then "para" and "ms".
    place.storeBytes(of: UInt64(0x6172_6170_0600_0000).littleEndian, as: UInt64.self)
    place.storeBytes(of: UInt16(0x736d).littleEndian, toByteOffset: 8, as: UInt16.self)
    place += Self.paramsKeySize
  }

  /// - Returns: where the bytes have been stored.
  @inline(__always)
  @discardableResult
  mutating func store(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer {
    let start = place
    if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
    place += bytes.count
    return start
  }
}
