/// Bytes as two hexadecimal digits each.
enum Hexadecimal {
  /// The value of one digit.
  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The digit of a value below 16.
  static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }

  /// The bytes that `text` spells; nil where it is anything else.
  static func decode(_ text: String) -> ByteString? {
    var result: [UInt8] = []
    var half: UInt8?
    for digit in text.utf8 {
      guard let value = value(of: digit) else { return nil }
      if let high = half {
        result.append(high << 4 | value)
        half = nil
      } else {
        half = value
      }
    }
    return half == nil ? ByteString(result) : nil
  }

  /// The digits of `bytes`.
  static func encode(_ bytes: ByteString) -> String {
    bytes.withUnsafeBytes { bytes in
      String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
        for (index, byte) in bytes.enumerated() {
          buffer[index * 2] = digit(byte >> 4)
          buffer[index * 2 + 1] = digit(byte & 15)
        }
        return bytes.count * 2
      }
    }
  }
}
