/// The number of a call as text: 16 hexadecimal digits in lower case, read and written eight at a time.
enum CallNumber {
  /// How many digits there are.
  static let width = 16

  /// Reads the digits at `place`; nil where something else stands there.
  @inline(__always)
  static func read(_ place: UnsafeRawPointer) -> UInt64? {
    guard let high = half(place), let low = half(place + 8) else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  /// Writes `number` as digits to `place`.
  @inline(__always)
  static func write(_ number: UInt64, to place: UnsafeMutableRawPointer) {
    place.storeBytes(of: digits(UInt32(truncatingIfNeeded: number >> 32)), as: UInt64.self)
    place.storeBytes(of: digits(UInt32(truncatingIfNeeded: number)), toByteOffset: 8, as: UInt64.self)
  }

  // Eight bytes of a word are eight digits, the first one in the lowest byte.

  @inline(__always)
  private static func half(_ place: UnsafeRawPointer) -> UInt32? {
    let text = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    let nibbles = text & 0x0f0f_0f0f_0f0f_0f0f &+ (text >> 6 & 0x0101_0101_0101_0101) &* 9
    guard nibbles & 0xf0f0_f0f0_f0f0_f0f0 == 0, text == characters(nibbles) else { return nil }
    let bytes = (nibbles << 4 | nibbles >> 8) & 0x00ff_00ff_00ff_00ff
    let words = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: words | words >> 16).byteSwapped
  }

  @inline(__always)
  private static func digits(_ number: UInt32) -> UInt64 {
    let swapped = UInt64(number.byteSwapped)
    let words = (swapped | swapped << 16) & 0x0000_ffff_0000_ffff
    let bytes = (words | words << 8) & 0x00ff_00ff_00ff_00ff
    return characters((bytes >> 4 | bytes << 8) & 0x0f0f_0f0f_0f0f_0f0f).littleEndian
  }

  /// The digit for each byte, which has to be below 16.
  @inline(__always)
  private static func characters(_ nibbles: UInt64) -> UInt64 {
    let letters = (nibbles &+ 0x7676_7676_7676_7676) >> 7 & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }
}
