/// A few octets of ASCII, kept in place.
struct ShortOctets {
  private typealias Words = (
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
  )

  private var words: Words = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  /// -1: none.
  private var count = -1

  /// Takes a copy; false where there are too many.
  @inline(__always)
  mutating func keep(_ octets: UnsafeRawBufferPointer) -> Bool {
    guard octets.count <= MemoryLayout<Words>.size else { return false }
    count = octets.count
    withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: octets) }
    return true
  }

  /// As text; nil where none are kept.
  var text: String? {
    guard count >= 0 else { return nil }
    return withUnsafeBytes(of: words) { String(decoding: $0[..<count], as: UTF8.self) }
  }
}
