/// A floating point number as Perl prints it: C's `%.15g`, and `Inf`, `-Inf`, `NaN`.
struct DecimalText {
  // Sign, 17 digits, point and `e-308` take all 24 bytes.
  private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
  private(set) var count = 0

  /// How many significant digits there are at most.
  private let precision: Int

  /// The text of `number` with at most `precision` significant digits, 15 or 17.
  init(_ number: Double, precision: Int = 15) {
    self.precision = precision
    if number.isNaN {
      append("NaN")
    } else if number.isInfinite {
      append(number < 0 ? "-Inf" : "Inf")
    } else if number == 0 {
      // With 15 digits it is what Perl prints, and that is no sign.
      append(number.sign == .minus && precision > 15 ? "-0" : "0")
    } else {
      if number < 0 { append(UInt8(ascii: "-")) }
      layOut(Self.round(number.magnitude, precision))
    }
  }

  /// The text as a string.
  var string: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Calls `body` with the characters.
  @inline(__always)
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Swift.withUnsafeBytes(of: words) { body(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
  }

  private mutating func append(_ byte: UInt8) {
    Swift.withUnsafeMutableBytes(of: &words) { $0[count] = byte }
    count += 1
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { for byte in $0 { append(byte) } }
  }

  /// Writes digits and exponent in the shorter form, as `%g` chooses.
  private mutating func layOut(_ decimal: Decimal) {
    let digits = decimal.count
    let exponent = decimal.exponent
    if exponent < -4 || exponent >= precision {
      append(decimal[0])
      if digits > 1 { append(UInt8(ascii: ".")) }
      for index in 1..<max(digits, 1) { append(decimal[index]) }
      append(UInt8(ascii: "e"))
      append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      let magnitude = abs(exponent)
      if magnitude >= 100 { append(UInt8(ascii: "0") + UInt8(magnitude / 100)) }
      append(UInt8(ascii: "0") + UInt8(magnitude / 10 % 10))
      append(UInt8(ascii: "0") + UInt8(magnitude % 10))
    } else if exponent < 0 {
      append("0.")
      for _ in exponent + 1..<0 { append(UInt8(ascii: "0")) }
      for index in 0..<digits { append(decimal[index]) }
    } else {
      for index in 0..<max(digits, exponent + 1) {
        if index == exponent + 1 { append(UInt8(ascii: ".")) }
        append(index < digits ? decimal[index] : UInt8(ascii: "0"))
      }
    }
  }
}

extension DecimalText {
  /// Significant digits without trailing zeros; the first one counts `10^exponent`.
  struct Decimal {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private(set) var count = 0
    var exponent: Int

    /// Rounds `digits` (characters, the first not zero), half-way cases as `roundsUp` says.
    init(_ digits: UnsafeRawBufferPointer, exponent: Int, precision: Int, roundsUp: Bool) {
      self.exponent = exponent
      for digit in digits.prefix(precision) { push(digit) }
      if roundsUp { increment() }
      while count > 1, self[count - 1] == UInt8(ascii: "0") { count -= 1 }
    }

    subscript(index: Int) -> UInt8 { Swift.withUnsafeBytes(of: words) { $0[index] } }

    private mutating func push(_ digit: UInt8) {
      Swift.withUnsafeMutableBytes(of: &words) { $0[count] = digit }
      count += 1
    }

    private mutating func increment() {
      let count = count
      let carried = Swift.withUnsafeMutableBytes(of: &words) { bytes in
        var index = count - 1
        while index >= 0, bytes[index] == UInt8(ascii: "9") {
          bytes[index] = UInt8(ascii: "0")
          index -= 1
        }
        if index >= 0 {
          bytes[index] += 1
          return false
        }
        bytes[0] = UInt8(ascii: "1")
        return true
      }
      if carried { exponent += 1 }
    }
  }

  /// The digits nearest to `number`, which is positive and finite.
  static func round(_ number: Double, _ precision: Int) -> Decimal {
    if precision == 15, number.isNormal, let decimal = roundShortest(number, precision) { return decimal }
    return roundExactly(number, precision)
  }

  /// From the shortest text that reads back as `number`: up to 15 digits it is the answer, and beyond,
  /// being the nearest of its length, it rounds as the number does unless it lies just half-way.
  private static func roundShortest(_ number: Double, _ precision: Int) -> Decimal? {
    var text = number.description
    return text.withUTF8 { text in
      withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { digits in
        var count = 0
        var point: Int?
        var exponent = 0
        var index = 0
        while index < text.count {
          let byte = text[index]
          index += 1
          if byte == UInt8(ascii: ".") {
            point = count
          } else if byte == UInt8(ascii: "e") {
            let isNegative = text[index] == UInt8(ascii: "-")
            for digit in text[(index + 1)...] { exponent = exponent * 10 + Int(digit - UInt8(ascii: "0")) }
            if isNegative { exponent = -exponent }
            break
          } else if count > 0 || byte != UInt8(ascii: "0") {
            guard count < digits.count else { return nil }
            digits[count] = byte
            count += 1
          } else if point != nil {
            exponent -= 1
          }
        }
        // `5e-05` has no point; `0.05` counted none of its zeros as digits.
        exponent += (point ?? count) - 1
        let tail = digits[min(precision, count)..<count]
        let half = tail.first.map { $0 == UInt8(ascii: "5") } ?? false
        if half, tail.dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") }) { return nil }
        let roundsUp = tail.first.map { $0 >= UInt8(ascii: "5") } ?? false
        return Decimal(
          UnsafeRawBufferPointer(rebasing: digits[..<count]), exponent: exponent, precision: precision,
          roundsUp: roundsUp)
      }
    }
  }

  /// From all digits of the number, half-way cases to the even digit.
  private static func roundExactly(_ number: Double, _ precision: Int) -> Decimal {
    let bits = number.bitPattern & (1 << 52 - 1)
    let biased = Int(number.bitPattern >> 52 & 0x7FF)
    let significand = biased == 0 ? bits : bits | 1 << 52
    let power = max(biased, 1) - 1075
    // significand * 2^power = significand * 5^-power / 10^-power
    var integer = DecimalInteger(significand)
    integer.multiply(by: power < 0 ? 5 : 2, times: abs(power))
    let digits = integer.digits
    let exponent = digits.count - 1 + min(power, 0)
    let tail = digits.dropFirst(precision)
    var roundsUp = false
    if let first = tail.first {
      let isHalf = first == UInt8(ascii: "5") && tail.dropFirst().allSatisfy { $0 == UInt8(ascii: "0") }
      roundsUp = isHalf ? digits[precision - 1] & 1 == 1 : first >= UInt8(ascii: "5")
    }
    return digits.withUnsafeBytes { Decimal($0, exponent: exponent, precision: precision, roundsUp: roundsUp) }
  }

  /// A non-negative integer of any size, nine decimal digits a limb, the lowest first.
  private struct DecimalInteger {
    private static let base: UInt64 = 1_000_000_000
    private var limbs: [UInt32] = []

    init(_ number: UInt64) {
      var rest = number
      repeat {
        limbs.append(UInt32(rest % Self.base))
        rest /= Self.base
      } while rest > 0
    }

    /// Multiplies by `factor`, at most 5, that many times.
    mutating func multiply(by factor: UInt64, times: Int) {
      // The twelfth power still is below the base.
      var rest = times
      while rest > 0 {
        let step = min(rest, 12)
        multiply(by: (0..<step).reduce(1) { product, _ in product * factor })
        rest -= step
      }
    }

    private mutating func multiply(by factor: UInt64) {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let product = UInt64(limbs[index]) * factor + carry
        limbs[index] = UInt32(product % Self.base)
        carry = product / Self.base
      }
      if carry > 0 { limbs.append(UInt32(carry)) }
    }

    /// The digits as characters, without leading zeros.
    var digits: [UInt8] {
      var result: [UInt8] = []
      for limb in limbs.reversed() {
        let text = String(limb)
        if !result.isEmpty { result.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - text.utf8.count)) }
        result.append(contentsOf: text.utf8)
      }
      return result
    }
  }
}
