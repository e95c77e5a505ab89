// Storable's items one by one. `isReferenced` puts the reference in front that every container but the
// root of an image has.
extension ByteWriter {
  /// A length or count.
  @inline(__always)
  mutating func writeStorable(length: Int, order: StorableOrder) throws(IKCError) {
    try checkStorable(length: length)
    writeStorable(word: UInt32(truncatingIfNeeded: length), order: order)
  }

  @inline(__always)
  private func checkStorable(length: Int) throws(IKCError) {
    if length > Int(Int32.max) { throw .unstorable("more than 2147483647 bytes or elements in one") }
  }

  @inline(__always)
  private mutating func writeStorable(word: UInt32, order: StorableOrder) {
    write(bigEndian: order == .network ? word : word.byteSwapped)
  }

  /// The beginning of an image.
  mutating func writeStorableHeader(_ order: StorableOrder = .network) { write(order.header) }

  /// An undefined value.
  @inline(__always)
  mutating func writeStorableUndef() { write(StorableTag.undef) }

  /// A reference; the item that it refers to follows.
  @inline(__always)
  mutating func writeStorableReference() { write(StorableTag.reference) }

  /// An item that was written before, by its tag number.
  mutating func writeStorableObject(tag: UInt32) {
    write(StorableTag.object)
    write(bigEndian: tag)
  }

  /// A boolean, as a copy of Perl's own is written: `1` or the empty string.
  @inline(__always)
  mutating func writeStorable(_ flag: Bool) {
    if keepsKinds { return write(flag ? StorableTag.booleanTrue : StorableTag.booleanFalse) }
    let place = tail(3)
    place.storeBytes(of: StorableTag.scalar, as: UInt8.self)
    place.storeBytes(of: flag ? 1 : 0, toByteOffset: 1, as: UInt8.self)
    place.storeBytes(of: UInt8(ascii: "1"), toByteOffset: 2, as: UInt8.self)
    advance(flag ? 3 : 2)
  }

  /// An integer, in the shortest form that Storable has for it.
  @inline(__always)
  mutating func writeStorable(_ number: Int64, order: StorableOrder = .network) {
    let place = tail(9)
    if let small = Int8(exactly: number) {
      place.storeBytes(of: StorableTag.byte, as: UInt8.self)
      place.storeBytes(of: UInt8(bitPattern: small) ^ 0x80, toByteOffset: 1, as: UInt8.self)
      advance(2)
    } else if order == .native || keepsKinds {
      place.storeBytes(of: StorableTag.integer, as: UInt8.self)
      place.storeBytes(of: number.littleEndian, toByteOffset: 1, as: Int64.self)
      advance(9)
    } else if let word = Int32(exactly: number) {
      place.storeBytes(of: StorableTag.networkInteger, as: UInt8.self)
      place.storeBytes(of: word.bigEndian, toByteOffset: 1, as: Int32.self)
      advance(5)
    } else {
      writeStorable(digits: number.magnitude, isNegative: number < 0)
    }
  }

  /// An integer that may be above `Int64.max`, then as text.
  @inline(__always)
  mutating func writeStorable(_ number: UInt64, order: StorableOrder = .network) {
    if let number = Int64(exactly: number) {
      writeStorable(number, order: order)
    } else {
      writeStorable(digits: number, isNegative: false)
    }
  }

  private mutating func writeStorable(digits magnitude: UInt64, isNegative: Bool) {
    let place = tail(22)
    var end = 22
    var rest = magnitude
    repeat {
      end -= 1
      place.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: end, as: UInt8.self)
      rest /= 10
    } while rest > 0
    if isNegative {
      end -= 1
      place.storeBytes(of: UInt8(ascii: "-"), toByteOffset: end, as: UInt8.self)
    }
    let count = 22 - end
    (place + 2).copyMemory(from: place + end, byteCount: count)
    place.storeBytes(of: StorableTag.scalar, as: UInt8.self)
    place.storeBytes(of: UInt8(count), toByteOffset: 1, as: UInt8.self)
    advance(2 + count)
  }

  /// A floating point number as Perl writes it: as an integer where it is one below 2^53, else in
  /// native order as itself and in network order as text.
  mutating func writeStorable(_ number: Double, order: StorableOrder = .network) {
    if number.magnitude < 0x1p53, let integer = Int64(exactly: number) {
      writeStorable(integer, order: order)
    } else if order == .native || keepsKinds {
      let place = tail(9)
      place.storeBytes(of: StorableTag.double, as: UInt8.self)
      place.storeBytes(of: number.bitPattern.littleEndian, toByteOffset: 1, as: UInt64.self)
      advance(9)
    } else {
      DecimalText(number).withUnsafeBytes { text in
        write(StorableTag.scalar)
        write(UInt8(truncatingIfNeeded: text.count))
        write(text)
      }
    }
  }

  /// Text: without the UTF-8 flag where it is plain ASCII, else with it.
  @inline(__always)
  mutating func writeStorable(_ text: String, order: StorableOrder = .network) throws(IKCError) {
    try checkStorable(length: text.utf8.count)
    let isWritten: ()? = text.utf8.withContiguousStorageIfAvailable {
      let bytes = UnsafeRawBufferPointer($0)
      writeStorable(checked: bytes, isText: !Text.isASCII(text, bytes), order: order)
    }
    if isWritten == nil { writeStorable(copy: text, order: order) }
  }

  /// Text that lies elsewhere than in Swift's own memory.
  @inline(never)
  private mutating func writeStorable(copy text: String, order: StorableOrder) {
    Array(text.utf8).withUnsafeBytes { writeStorable(checked: $0, isText: !Text.isASCII($0), order: order) }
  }

  /// Bytes, without the UTF-8 flag.
  @inline(__always)
  mutating func writeStorable(_ bytes: ByteString, order: StorableOrder = .network) throws(IKCError) {
    try bytes.withUnsafeBytes { bytes throws(IKCError) in
      try writeStorable(octets: bytes, isText: false, order: order)
    }
  }

  /// A string of these octets, which are UTF-8 where `isText` says that it has the flag.
  @inline(__always)
  mutating func writeStorable(
    octets: UnsafeRawBufferPointer, isText: Bool, order: StorableOrder = .network
  ) throws(IKCError) {
    try checkStorable(length: octets.count)
    writeStorable(checked: octets, isText: isText, order: order)
  }

  @inline(__always)
  private mutating func writeStorable(checked octets: UnsafeRawBufferPointer, isText: Bool, order: StorableOrder) {
    if octets.count <= 255 {
      let place = tail(2 + octets.count)
      place.storeBytes(of: isText ? StorableTag.text : StorableTag.scalar, as: UInt8.self)
      place.storeBytes(of: UInt8(truncatingIfNeeded: octets.count), toByteOffset: 1, as: UInt8.self)
      if let source = octets.baseAddress { (place + 2).copyMemory(from: source, byteCount: octets.count) }
      advance(2 + octets.count)
    } else {
      write(isText ? StorableTag.longText : StorableTag.longScalar)
      writeStorable(word: UInt32(truncatingIfNeeded: octets.count), order: order)
      write(octets)
    }
  }

  /// The beginning of an array; its elements follow.
  @inline(__always)
  mutating func writeStorableArray(
    count: Int, isReferenced: Bool, order: StorableOrder = .network
  ) throws(IKCError) {
    if isReferenced { writeStorableReference() }
    write(StorableTag.array)
    try writeStorable(length: count, order: order)
  }

  /// The beginning of a hash whose keys are bytes; for each element its value and key follow.
  @inline(__always)
  mutating func writeStorableHash(
    count: Int, isReferenced: Bool, order: StorableOrder = .network
  ) throws(IKCError) {
    if isReferenced { writeStorableReference() }
    write(StorableTag.hash)
    try writeStorable(length: count, order: order)
  }

  /// The beginning of a hash with flags; for each element its value, key flags and key follow.
  @inline(__always)
  mutating func writeStorableFlagHash(
    count: Int, flags: UInt8 = 0, isReferenced: Bool, order: StorableOrder = .network
  ) throws(IKCError) {
    if isReferenced { writeStorableReference() }
    write(StorableTag.flagHash)
    write(flags)
    try writeStorable(length: count, order: order)
  }

  /// The key of a hash's element, behind the value and, in a hash with flags, the key's flags.
  @inline(__always)
  mutating func writeStorableKey(_ octets: UnsafeRawBufferPointer, order: StorableOrder = .network) throws(IKCError) {
    try writeStorable(length: octets.count, order: order)
    write(octets)
  }

  /// Flags and key of an element of a hash with flags.
  mutating func writeStorableFlagKey(
    _ key: Value.Hash.Key, flags: UInt8 = 0, order: StorableOrder = .network
  ) throws(IKCError) {
    switch key.form {
    case .bytes: write(flags)
    case .narrow: write(flags | StorableFlag.keyWasText)
    case .wide: write(flags | StorableFlag.keyText)
    }
    try key.stored.withUnsafeBytes { octets throws(IKCError) in try writeStorableKey(octets, order: order) }
  }
}
