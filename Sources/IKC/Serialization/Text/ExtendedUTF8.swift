/// UTF-8 as Perl extends it: surrogates, and characters up to 0x7FFFFFFFFFFFFFFF.
enum ExtendedUTF8 {
  /// The largest number of a character.
  static let maximum = UInt64(Int64.max)

  /// Appends the character's octets.
  static func append(_ character: UInt64, to octets: inout [UInt8]) {
    if character < 0x80 { return octets.append(UInt8(character)) }
    let count =
      switch character {
      case ..<0x800: 2
      case ..<0x1_0000: 3
      case ..<0x20_0000: 4
      case ..<0x400_0000: 5
      case ..<0x8000_0000: 6
      case ..<0x10_0000_0000: 7
      default: 13
      }
    // From seven octets on the first one holds no bits of the character.
    let bits = (count - 1) * 6
    let lead = count < 7 ? UInt8(truncatingIfNeeded: 0xFF00 >> UInt16(count)) : count == 7 ? 0xFE : 0xFF
    octets.append(lead | (count < 7 ? UInt8(truncatingIfNeeded: character >> UInt64(bits)) : 0))
    for shift in stride(from: bits - 6, through: 0, by: -6) {
      // Smart shifts by 64 and more give zero.
      octets.append(0x80 | UInt8(truncatingIfNeeded: character >> UInt64(shift)) & 0x3F)
    }
  }

  /// Calls `body` with the number of each character; false where the octets are broken.
  static func decode<Failure: Error>(
    _ octets: UnsafeRawBufferPointer, _ body: (UInt64) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    var index = 0
    while index < octets.count {
      let lead = octets[index]
      if lead < 0x80 {
        try body(UInt64(lead))
        index += 1
        continue
      }
      let ones = (~lead).leadingZeroBitCount
      let count = ones == 8 ? 13 : ones
      guard count >= 2, count <= octets.count - index else { return false }
      var character = count < 7 ? UInt64(lead & (0x7F >> UInt8(count))) : 0
      for octet in octets[index + 1..<index + count] {
        guard octet & 0xC0 == 0x80, character >> 58 == 0 else { return false }
        character = character << 6 | UInt64(octet & 0x3F)
      }
      guard character <= maximum else { return false }
      try body(character)
      index += count
    }
    return true
  }
}
