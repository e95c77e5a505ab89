/// A text of at most 255 bytes as a Storable item: the commonest parameter, whose size is known before it is written.
struct ShortText {
  private let octets: UnsafeRawBufferPointer
  private let isText: Bool

  /// Lends `body` the item of a text, valid until it returns.
  ///
  /// - Returns: nil where `value` is no text, a longer one, or one that lies elsewhere than in Swift's own memory.
  @inline(__always)
  static func lend<V, R>(_ value: V, to body: (ShortText) -> R) -> R? {
    guard let text = value as? String else { return nil }
    let result = text.utf8.withContiguousStorageIfAvailable { bytes -> R? in
      guard bytes.count <= 255 else { return nil }
      let octets = UnsafeRawBufferPointer(bytes)
      return body(ShortText(octets: octets, isText: !Text.isASCII(octets)))
    }
    return result ?? nil
  }

  /// How many bytes the item takes.
  @inline(__always)
  var size: Int { octets.count &+ 2 }

  /// Stores the item at `place`, where `size` bytes are free.
  @inline(__always)
  func store(to place: UnsafeMutableRawPointer) {
    let head = UInt16(octets.count) << 8 | UInt16(isText ? StorableTag.text : StorableTag.scalar)
    place.storeBytes(of: head.littleEndian, as: UInt16.self)
    if let source = octets.baseAddress { (place + 2).copyMemory(from: source, byteCount: octets.count) }
  }
}
