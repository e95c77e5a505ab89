extension StorableSerializer {
  /// The image of any encodable value that is a container, without a `Value` in between.
  ///
  /// Structs and dictionaries become hashes, optionals that hold nothing are left out of structs, `[UInt8]` and `Data`
  /// become byte strings, `Date` seconds since 1970. Throws `cannotEncode` where there is no form for it, or where it
  /// is deeper or larger than the serializer writes.
  public func encode<T: Encodable>(_ value: T) throws(IKCError) -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    let order: StorableOrder = usesNativeOrder ? .native : .network
    writer.writeStorableHeader(order)
    let start = writer.count
    try writer.writeStorable(encoding: value, in: StorableContext(order: order, isRoot: true))
    guard !Self.scalars.contains(writer.bytes[start]) else {
      throw IKCError(.cannotEncode, "Storable freezes references only, not a plain \(T.self); put it into an array")
    }
    guard writer.count <= maximumSize else {
      throw IKCError(.cannotEncode, "the image exceeds the serializer's limit of \(maximumSize) bytes")
    }
    return [UInt8](writer.bytes)
  }

  /// What an image can't have at its root.
  private static let scalars: [UInt8] = [
    StorableTag.undef, StorableTag.byte, StorableTag.networkInteger, StorableTag.integer, StorableTag.double,
    StorableTag.scalar, StorableTag.longScalar, StorableTag.text, StorableTag.longText,
  ]

  /// The image's root as the type that is asked for, without a `Value` in between.
  ///
  /// Scalars are converted as Perl would where nothing is lost: `"42"` to 42. Throws `cannotDecode`, naming the key
  /// path, where the image holds no such type.
  public func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws(IKCError) -> T {
    let header = try StorableHeader(bytes)
    var decoding = StorableDecoding(image: bytes, order: header.order)
    decoding.root = "value"
    return try decoding.decode(type, at: header.size, firstTag: 0)
  }
}
