/// Takes a decimal number apart, left to right.
struct NumeralScanner {
  private let text: UnsafeRawBufferPointer
  private(set) var position = 0
  /// The digits as one number, as far as they fit.
  private var mantissa: UInt64 = 0
  /// The power of ten that the mantissa is to be multiplied with.
  private var exponent = 0
  /// Whether digits were left out of the mantissa.
  private var isCut = false
  private var start = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  /// The text behind the sign.
  var unsignedText: Slice<UnsafeRawBufferPointer> { text[start...] }

  /// Takes a sign, if there is one; true for a minus.
  mutating func takeSign() -> Bool {
    guard position < text.count else { return false }
    let isNegative = text[position] == UInt8(ascii: "-")
    if isNegative || text[position] == UInt8(ascii: "+") { position += 1 }
    start = position
    return isNegative
  }

  /// Takes digits with at most one point among them; false where there is no digit.
  mutating func takeDigits() -> Bool {
    var digits = takeRun(isFraction: false)
    if position < text.count, text[position] == UInt8(ascii: ".") {
      position += 1
      digits += takeRun(isFraction: true)
    }
    if digits == 0 { position = start }
    return digits > 0
  }

  private mutating func takeRun(isFraction: Bool) -> Int {
    let first = position
    while position < text.count {
      let digit = text[position] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      position += 1
      let (tens, isTooLarge) = mantissa.multipliedReportingOverflow(by: 10)
      let (sum, isCarried) = tens.addingReportingOverflow(UInt64(digit))
      if isCut || isTooLarge || isCarried {
        isCut = true
        if !isFraction { exponent += 1 }
      } else {
        mantissa = sum
        if isFraction { exponent -= 1 }
      }
    }
    return position - first
  }

  /// Takes an exponent, if there is one; false where an `e` has no digits behind it.
  mutating func takeExponent() -> Bool {
    guard position < text.count, text[position] | 0x20 == UInt8(ascii: "e") else { return true }
    position += 1
    var isNegative = false
    if position < text.count, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
      isNegative = text[position] == UInt8(ascii: "-")
      position += 1
    }
    let first = position
    var value = 0
    while position < text.count, text[position] &- UInt8(ascii: "0") < 10 {
      // Beyond this every mantissa is zero or infinite; the full text decides then.
      if value < 100_000 { value = value * 10 + Int(text[position] &- UInt8(ascii: "0")) }
      position += 1
    }
    exponent += isNegative ? -value : value
    return position > first
  }

  /// The number, where it is whole and fits.
  var wholeMagnitude: UInt64? {
    if isCut { return nil }
    if mantissa == 0 { return 0 }
    var whole = mantissa
    var power = exponent
    while power < 0, whole % 10 == 0 {
      whole /= 10
      power += 1
    }
    while power > 0 {
      let (tens, overflow) = whole.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      whole = tens
      power -= 1
    }
    return power == 0 ? whole : nil
  }

  /// The number where one exact operation on exact operands gives it, so that it is rounded once.
  var exactMagnitude: Double? {
    guard !isCut, mantissa <= 1 << 53, abs(exponent) < Self.powers.count else { return nil }
    return exponent < 0 ? Double(mantissa) / Self.powers[-exponent] : Double(mantissa) * Self.powers[exponent]
  }

  /// The powers of ten that a double holds exactly.
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]
}
