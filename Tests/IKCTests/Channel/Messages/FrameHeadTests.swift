import Testing

@testable import IKC

/// What stands in front of a frame's octets.
struct FrameHeadTests {
  private func head(_ size: Int) -> [UInt8] {
    let digits = ByteWriter.decimalDigits(size)
    return Array(unsafeUninitializedCapacity: 24) { buffer, count in
      ByteWriter.storeHead(size, digits: digits, to: UnsafeMutableRawPointer(buffer.baseAddress!))
      count = digits + 1
    }
  }

  @Test func lengthsAreDecimal() {
    let sizes = Array(0...12_000) + [99_999, 100_000, 999_999, 1_000_000, 1_048_576, 16_777_216, 2_147_483_647]
    for size in sizes where head(size) != Array("\(size)\0".utf8) {
      Issue.record("\(size) became \(head(size))")
    }
  }
}
