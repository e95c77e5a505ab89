/// The escapes of YAML.pm's double quotes.
enum Escapes {
  /// The text between the quotes without its escapes. A backslash before anything else is a backslash.
  static func resolve(_ octets: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(octets.count)
    var index = 0
    while index < octets.count {
      guard octets[index] == UInt8(ascii: "\\"), index + 1 < octets.count else {
        result.append(octets[index])
        index += 1
        continue
      }
      if let byte = named[octets[index + 1]] {
        result.append(byte)
        index += 2
      } else if octets[index + 1] == UInt8(ascii: "x"), let byte = hexadecimal(octets[(index + 2)...].prefix(2)) {
        result.append(byte)
        index += 4
      } else {
        result += octets[index...index + 1]
        index += 2
      }
    }
    return result
  }

  /// What a byte is behind the backslash that it is written as.
  static let named: [UInt8: UInt8] = [
    UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "\""): 0x22, UInt8(ascii: "0"): 0x00, UInt8(ascii: "a"): 0x07,
    UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "f"): 0x0C,
    UInt8(ascii: "r"): 0x0D, UInt8(ascii: "e"): 0x1B,
  ]

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
