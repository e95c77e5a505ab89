/// Decodes `Decodable` types straight from an item of a Storable image.
struct StorableDecoding {
  /// The whole image. It must stay as it is while a decode call runs.
  let image: UnsafeRawBufferPointer
  let order: StorableOrder
  /// What the item is called in messages.
  var root = "params"
  /// How many classes the image names before the item.
  var firstClass = 0
  /// Whether the last error was that the item refers to one outside of it: then the whole image has to be
  /// read to a `Value`, and `ValueDecoder` does the rest.
  private(set) var refersOutside = false

  init(image: UnsafeRawBufferPointer, order: StorableOrder) {
    self.image = image
    self.order = order
  }

  /// The item at `offset` as `type`.
  ///
  /// - Parameter firstTag: the number of items in the image that begin before it, as back references count.
  /// - Throws: `cannotDecode`: the bytes are no Storable item, or no `type`.
  @inline(__always)
  mutating func decode<T: Decodable>(
    _ type: T.Type, at offset: Int, firstTag: Int, userInfo: @autoclosure () -> [CodingUserInfoKey: any Sendable] = [:]
  ) throws(IKCError) -> T {
    if T.self == String.self, let text = Self.text(in: image, at: offset, order) {
      return unsafeBitCast(text, to: type)
    }
    if T.self == Int.self, let number = integer(at: offset) { return unsafeBitCast(number, to: type) }
    return try decodeItem(type, offset, firstTag, userInfo())
  }

  @inline(never)
  private mutating func decodeItem<T: Decodable>(
    _ type: T.Type, _ offset: Int, _ firstTag: Int, _ userInfo: [CodingUserInfoKey: any Sendable]
  ) throws(IKCError) -> T {
    refersOutside = false
    if T.self == Value.self { return try decodeValue(type, offset, firstTag, userInfo) }
    var scanner = try StorableScanner(image: image, at: offset, firstTag: firstTag, order: order)
    do throws(IKCError) {
      try scanner.scan()
    } catch {
      if scanner.isUnsuited { return try decodeValue(type, offset, firstTag, userInfo) }
      throw error
    }
    guard let base = image.baseAddress else { throw .storable("is empty") }
    let session = DecodingSession(tape: scanner.finish(), base: base, root: root, userInfo: userInfo)
    defer { session.finish() }
    do {
      let value = try session.decode(type, at: Tape.root, 0, Tape.none)
      if !session.lacksValue { return value }
    } catch {
      if !session.lacksValue { throw .decoding(error, root: root) }
    }
    return try decodeValue(type, offset, firstTag, userInfo)
  }

  /// The same by way of a `Value`.
  private mutating func decodeValue<T: Decodable>(
    _ type: T.Type, _ offset: Int, _ firstTag: Int, _ userInfo: [CodingUserInfoKey: any Sendable]
  ) throws(IKCError) -> T {
    guard offset >= 0, offset < image.count else { throw .storable("ends where an item should begin") }
    var reader = StorableReader(image: image, at: offset, firstTag: firstTag, firstClass: firstClass, order: order)
    let value: Value
    do throws(IKCError) {
      value = try reader.readItem()
    } catch {
      refersOutside = reader.refersOutside
      throw error
    }
    if T.self == Value.self { return unsafeBitCast(value, to: type) }
    var decoder = ValueDecoder(root: root, userInfo: userInfo)
    decoder.maximumCount = 1 << 20 + 16 * image.count
    return try decoder.decode(type, from: value)
  }

  /// The text of an item that is a string, the commonest form by far; nil for all others.
  @inline(__always)
  static func text(in image: UnsafeRawBufferPointer, at offset: Int, _ order: StorableOrder) -> String? {
    guard let octets = shortText(in: image, at: offset) else { return longText(in: image, at: offset, order) }
    return Text.isASCII(octets) ? String(decoding: octets, as: UTF8.self) : Text.string(octets)
  }

  /// The octets of an item that is a string of at most 255; nil for all others.
  @inline(__always)
  static func shortText(in image: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer? {
    guard let base = image.baseAddress, offset >= 0, image.count &- offset >= 2 else { return nil }
    let tag = base.load(fromByteOffset: offset, as: UInt8.self)
    guard tag == StorableTag.scalar || tag == StorableTag.text else { return nil }
    let count = Int(base.load(fromByteOffset: offset &+ 1, as: UInt8.self))
    guard count <= image.count &- offset &- 2 else { return nil }
    return UnsafeRawBufferPointer(start: base + offset + 2, count: count)
  }

  @inline(never)
  private static func longText(in image: UnsafeRawBufferPointer, at offset: Int, _ order: StorableOrder) -> String? {
    guard let base = image.baseAddress, offset >= 0, image.count &- offset >= 5 else { return nil }
    let tag = base.load(fromByteOffset: offset, as: UInt8.self)
    guard tag == StorableTag.longScalar || tag == StorableTag.longText else { return nil }
    let word = base.loadUnaligned(fromByteOffset: offset &+ 1, as: UInt32.self)
    let count = Int(order == .network ? UInt32(bigEndian: word) : UInt32(littleEndian: word))
    guard count <= image.count &- offset &- 5 else { return nil }
    return Text.string(UnsafeRawBufferPointer(start: base + offset + 5, count: count))
  }

  /// The number of an item that is a short integer; nil for all others.
  @inline(__always)
  private func integer(at offset: Int) -> Int? {
    guard let base = image.baseAddress, offset >= 0, image.count &- offset >= 2 else { return nil }
    let tag = base.load(fromByteOffset: offset, as: UInt8.self)
    if tag == StorableTag.byte { return Int(base.load(fromByteOffset: offset &+ 1, as: UInt8.self)) &- 128 }
    guard tag == StorableTag.networkInteger, image.count &- offset >= 5 else { return nil }
    return Int(Int32(bigEndian: base.loadUnaligned(fromByteOffset: offset &+ 1, as: Int32.self)))
  }
}
