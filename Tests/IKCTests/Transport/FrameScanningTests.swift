import CUV
import Testing

@testable import IKC

/// The frame scanner alone, without a connection.
struct FrameScanningTests {
  private struct Result: Equatable {
    var frames: [String] = []
    var consumed = 0
    var needed = 0
    var status = IKC_FRAMES_OK
    var length: UInt64 = 0
  }

  private func scan(_ bytes: [UInt8], limit: UInt64 = 1000, most: Int = 16) -> Result {
    var frames = [ikc_frame](repeating: ikc_frame(), count: most)
    var scan = ikc_frames_scan()
    return bytes.withUnsafeBufferPointer { buffer in
      ikc_frames_find(buffer.baseAddress, buffer.count, limit, &frames, most, &scan)
      return Result(
        frames: frames.prefix(scan.found).map {
          String(decoding: UnsafeBufferPointer(start: $0.bytes, count: $0.length), as: UTF8.self)
        },
        consumed: scan.consumed, needed: scan.needed, status: scan.status, length: scan.length)
    }
  }

  private func scan(_ text: String, limit: UInt64 = 1000) -> Result { scan(Array(text.utf8), limit: limit) }

  @Test func completeFramesAreFound() {
    #expect(scan("3\0abc0\05\0hello") == Result(frames: ["abc", "", "hello"], consumed: 14))
  }

  @Test func whatFollowsIsNotTouched() {
    #expect(scan("3\0abc7\0par") == Result(frames: ["abc"], consumed: 5, needed: 9))
    #expect(scan("3\0abc7") == Result(frames: ["abc"], consumed: 5))
    #expect(scan("") == Result())
  }

  @Test func leadingZerosAreAccepted() {
    #expect(scan("0003\0abc") == Result(frames: ["abc"], consumed: 8))
    #expect(scan("00000000000000000003\0abc") == Result(frames: ["abc"], consumed: 24))
  }

  @Test(arguments: ["x", "\0", "-5\0", " 5\0", "5 \0", "\r\n", "12x", "+1\0", "000000000000000000003\0abc", "\u{e9}"])
  func anythingElseIsBad(text: String) {
    #expect(scan(text).status == IKC_FRAMES_BAD)
    #expect(scan("1\0a" + text) == Result(frames: ["a"], consumed: 3, status: IKC_FRAMES_BAD))
  }

  @Test func lengthsAreLimitedAndDoNotOverflow() {
    #expect(scan("5\0hello", limit: 5).frames == ["hello"])
    #expect(scan("6\0hello!", limit: 5) == Result(status: IKC_FRAMES_TOO_LONG, length: 6))
    for length in ["18446744073709551615", "18446744073709551616", "99999999999999999999"] {
      let result = scan(length + "\0", limit: .max / 4)
      #expect(result.status == IKC_FRAMES_TOO_LONG)
      #expect(result.length > .max / 4)
    }
    #expect(scan("4611686018427387903\0", limit: .max / 4) == Result(needed: 20 + 4_611_686_018_427_387_903))
  }

  @Test func atMostSoManyAreFoundAtOnce() {
    let bytes = Array("1\0a1\0b1\0c".utf8)
    #expect(scan(bytes, most: 2) == Result(frames: ["a", "b"], consumed: 6))
  }

  @Test func aCutAnywhereChangesNothing() {
    let bytes = frame("abc") + frame("") + frame("0123456789ab") + frame("z")
    let whole = scan(bytes)
    #expect(whole.frames == ["abc", "", "0123456789ab", "z"])
    for cut in 0...bytes.count {
      let first = scan(Array(bytes[..<cut]))
      let second = scan(Array(bytes[first.consumed...]))
      #expect(first.frames + second.frames == whole.frames, "cut at \(cut)")
      #expect(first.status == IKC_FRAMES_OK)
      if first.needed > 0 { #expect(scan(Array(bytes[first.consumed...].prefix(first.needed))).frames.count == 1) }
    }
  }
}
