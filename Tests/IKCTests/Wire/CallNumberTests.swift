import Testing

@testable import IKC

struct CallNumberTests {
  private func text(_ number: UInt64) -> String {
    var bytes = [UInt8](repeating: 0, count: CallNumber.width)
    bytes.withUnsafeMutableBytes { CallNumber.write(number, to: $0.baseAddress.unsafelyUnwrapped) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func number(_ text: String) -> UInt64? {
    Array(text.utf8).withUnsafeBytes { CallNumber.read($0.baseAddress.unsafelyUnwrapped) }
  }

  @Test(arguments: [0, 1, 9, 10, 15, 16, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, UInt64.max])
  func isWrittenAndReadAsSixteenDigits(_ value: UInt64) {
    let digits = String(value, radix: 16)
    #expect(text(value) == String(repeating: "0", count: 16 - digits.count) + digits)
    #expect(number(text(value)) == value)
  }

  @Test func everyOtherByteIsRefusedAtEveryPlace() {
    for place in 0..<16 {
      for byte in UInt8.min...UInt8.max {
        var bytes = Array("0123456789abcdef".utf8)
        bytes[place] = byte
        let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
        let found = bytes.withUnsafeBytes { CallNumber.read($0.baseAddress.unsafelyUnwrapped) }
        #expect((found != nil) == isDigit, "byte \(byte) at \(place)")
      }
    }
  }
}
