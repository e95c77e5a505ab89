extension ByteWriter {
  /// Appends the number's decimal digits.
  @inline(__always)
  mutating func write(decimal number: Int) {
    if number >= 0, number < 10 { return write(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number)) }
    writeDigits(number)
  }

  @inline(never)
  private mutating func writeDigits(_ number: Int) {
    if number < 0 { write(UInt8(ascii: "-")) }
    let place = tail(20)
    var rest = number.magnitude
    var index = 20
    repeat {
      index -= 1
      place.storeBytes(
        of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
    } while rest > 0
    place.copyMemory(from: place + index, byteCount: 20 - index)
    advance(20 - index)
  }

  /// Appends the octets.
  @inline(__always)
  mutating func write(_ octets: ByteString) {
    octets.withUnsafeBytes { write($0) }
  }
}
