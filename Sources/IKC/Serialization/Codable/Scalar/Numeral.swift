/// A number in decimal notation, as Perl reads one from a string.
///
/// The grammar is that of `looks_like_number`: white space around it, a sign, digits with or without
/// a point, an exponent; or `Inf`, `Infinity`, `NaN` in any case. Nothing else may stand before or
/// behind it.
enum Numeral {
  /// A whole number that 64 bits and a sign hold, however it was written: `3.0` and `1e3` are whole.
  case integer(isNegative: Bool, magnitude: UInt64)
  /// Any other number, rounded to the nearest double.
  case fraction(Double)

  /// Longer texts are no numbers: no program prints one, and it bounds the work.
  private static let maximumLength = 1024

  /// The number that `text` is; nil where it is none.
  init?(_ text: UnsafeRawBufferPointer) {
    var start = 0
    var end = text.count
    while start < end, Self.isSpace(text[start]) { start += 1 }
    while end > start, Self.isSpace(text[end - 1]) { end -= 1 }
    guard start < end, end - start <= Self.maximumLength else { return nil }
    self.init(trimmed: UnsafeRawBufferPointer(rebasing: text[start..<end]))
  }

  private init?(trimmed text: UnsafeRawBufferPointer) {
    var scanner = NumeralScanner(text)
    let isNegative = scanner.takeSign()
    guard scanner.takeDigits() else {
      guard let magnitude = Self.special(text[scanner.position...]) else { return nil }
      self = .fraction(isNegative ? -magnitude : magnitude)
      return
    }
    guard scanner.takeExponent(), scanner.isAtEnd else { return nil }
    if let magnitude = scanner.wholeMagnitude {
      self = .integer(isNegative: isNegative, magnitude: magnitude)
    } else if let magnitude = scanner.exactMagnitude ?? Double(String(decoding: scanner.unsignedText, as: UTF8.self)) {
      self = .fraction(isNegative ? -magnitude : magnitude)
    } else {
      return nil
    }
  }

  /// The nearest double.
  var double: Double {
    switch self {
    case .integer(let isNegative, let magnitude): isNegative ? -Double(magnitude) : Double(magnitude)
    case .fraction(let value): value
    }
  }

  /// The number as `type`, where it is whole and within its range.
  @inline(__always)
  func integer<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? {
    guard case .integer(let isNegative, let magnitude) = self else { return nil }
    if !isNegative { return Integer(exactly: magnitude) }
    // The magnitude of the smallest Int64 has no positive counterpart.
    guard magnitude <= 1 << 63 else { return nil }
    return Integer(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
  }

  private static func special(_ text: Slice<UnsafeRawBufferPointer>) -> Double? {
    guard text.count == 3 || text.count == 8 else { return nil }
    return switch String(decoding: text.map { $0 | 0x20 }, as: UTF8.self) {
    case "inf", "infinity": .infinity
    case "nan": .nan
    default: nil
    }
  }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
}
