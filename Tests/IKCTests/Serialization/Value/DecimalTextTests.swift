import Foundation
import Testing

@testable import IKC

@Suite("Numbers as Perl prints them")
struct DecimalTextTests {
  private static func check(_ number: Double) {
    let expected = String(format: "%.15g", number)
    #expect(DecimalText(number).string == expected, "\(number)")
  }

  private static func checkLong(_ number: Double) {
    #expect(DecimalText(number, precision: 17).string == String(format: "%.17g", number), "\(number)")
  }

  @Test("edges")
  func edges() {
    for number in [
      0.1, 0.5, 1.5, 1e15, 1e16, 999_999_999_999_999.5, 99_999_999_999_999.95, 9.999_999_999_999_995e22, 1e-4, 1e-5,
      9.999_999_999_999_999e-5, 123_456_789_012_345.5, 1.000_000_000_000_005, 0x1p53, 0x1p-1074, 0x1p-1022,
      .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, 1.0 / 3, 2.0 / 3, Double(bitPattern: 10_000), 1e23,
      0x1p53.nextUp,
      1_000_000_000_000_000.5, 4_503_599_627_370_496.5, 562_949_953_421_312.25, 0.000_123_456_789_012_345,
    ] as [Double] {
      Self.check(number)
      Self.check(-number)
      Self.checkLong(-number)
    }
    #expect(DecimalText(.infinity).string == "Inf")
    #expect(DecimalText(-.infinity).string == "-Inf")
    #expect(DecimalText(.nan).string == "NaN")
    #expect(DecimalText(-0.0).string == "0")
  }

  @Test("any bits at all")
  func randomBits() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<3000 {
      let number = Double(bitPattern: random.next())
      if number.isFinite { Self.check(number) }
    }
    for _ in 0..<200 {
      let number = Double(bitPattern: random.next())
      if number.isFinite { Self.checkLong(number) }
    }
  }

  @Test("numbers that lie half-way between two of 15 digits")
  func halfWay() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<2000 {
      // A 15 digit integer and a half, exact in binary up to 2^52.
      let whole = Double(UInt64.random(in: 100_000_000_000_000..<999_999_999_999_999, using: &random))
      Self.check(whole + 0.5)
      Self.check((whole + 0.5) * 4)
      Self.check((whole + 0.5) / 0x1p60)
    }
  }
}
