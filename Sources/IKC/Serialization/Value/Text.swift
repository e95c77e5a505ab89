/// What Perl's two kinds of strings need: UTF-8 and Latin-1, over raw bytes.
enum Text {
  /// Whether all bytes are below 128.
  static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    var index = 0
    // Long strings in steps that the compiler makes vectors of.
    while index &+ 64 <= bytes.count {
      let block = start.loadUnaligned(fromByteOffset: index, as: SIMD8<UInt64>.self)
      if block.union & 0x8080_8080_8080_8080 != 0 { return false }
      index &+= 64
    }
    return index == bytes.count || isRestASCII(start, index, bytes.count)
  }

  /// The same for fewer than 64 bytes, from `index` on.
  @inline(never)
  private static func isRestASCII(_ start: UnsafeRawPointer, _ index: Int, _ count: Int) -> Bool {
    var index = index
    var rest: UInt64 = 0
    while index &+ 8 <= count {
      rest |= start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index &+= 8
    }
    if count >= 8 {
      // The last word once more, whole.
      rest |= start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      return rest & 0x8080_8080_8080_8080 == 0
    }
    while index < count {
      rest |= UInt64(start.load(fromByteOffset: index, as: UInt8.self))
      index &+= 1
    }
    return rest < 0x80
  }

  /// Whether a text, which consists of these bytes, is plain ASCII.
  ///
  /// Swift knows that of most long texts: the numbers of their code units agree then, and no look at the bytes is needed.
  @inline(__always)
  static func isASCII(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count < long ? isASCII(bytes) : isLongASCII(text, bytes)
  }

  private static let long = 4_096

  @inline(never)
  private static func isLongASCII(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
    // A text in another script is found out at its beginning; counting its UTF-16 would take long.
    guard isASCII(UnsafeRawBufferPointer(rebasing: bytes[..<long])) else { return false }
    return text.utf8.count == bytes.count && text.utf16.count == bytes.count
  }

  /// Whether both hold the same bytes.
  static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let first = left.baseAddress, let second = right.baseAddress else { return true }
    var index = 0
    while index &+ 8 <= left.count {
      if first.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        != second.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      {
        return false
      }
      index &+= 8
    }
    while index < left.count {
      if first.load(fromByteOffset: index, as: UInt8.self) != second.load(fromByteOffset: index, as: UInt8.self) {
        return false
      }
      index &+= 1
    }
    return true
  }

  /// The bytes as UTF-8; nil where they are not valid.
  @inline(__always)
  static func string(_ bytes: UnsafeRawBufferPointer) -> String? {
    // Much faster than `String(validating:)`: decode, and see whether anything was repaired.
    var text = String(decoding: bytes, as: UTF8.self)
    // ASCII is never repaired; of long texts Swift knows by now whether they are.
    if bytes.count >= long, isLongASCII(text, bytes) { return text }
    return text.withUTF8 { equal(UnsafeRawBufferPointer($0), bytes) } ? text : nil
  }

  /// Every byte as the character of that number.
  static func latin1(_ bytes: UnsafeRawBufferPointer) -> String {
    var text = ""
    text.unicodeScalars.reserveCapacity(bytes.count)
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }

  /// Latin-1 to UTF-8.
  static func utf8(fromLatin1 bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 8)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else {
        result.append(0xC0 | byte >> 6)
        result.append(0x80 | byte & 0x3F)
      }
    }
    return result
  }

  /// UTF-8 to Latin-1; nil where a character above 255 or something other than UTF-8 occurs.
  static func latin1(fromUTF8 bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        result.append(byte)
        index += 1
      } else if byte == 0xC2 || byte == 0xC3, index + 1 < bytes.count, bytes[index + 1] & 0xC0 == 0x80 {
        result.append(byte << 6 | bytes[index + 1] & 0x3F)
        index += 2
      } else {
        return nil
      }
    }
    return result
  }
}

extension SIMD8<UInt64> {
  /// All elements ored together.
  @inline(__always)
  fileprivate var union: UInt64 {
    let four = lowHalf | highHalf
    let two = four.lowHalf | four.highHalf
    return two.x | two.y
  }
}
