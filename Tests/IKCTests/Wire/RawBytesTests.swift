import Testing

@testable import IKC

struct RawBytesTests {
  @Test func everyDifferingByteIsSeen() {
    for count in 0...200 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      bytes.withUnsafeBytes { left in
        #expect(left.isSame(as: left))
        for place in 0..<count {
          var other = bytes
          other[place] ^= 1 << UInt8(place % 8)
          let isSame = other.withUnsafeBytes { left.isSame(as: $0) }
          if isSame { Issue.record("byte \(place) of \(count) is not looked at") }
        }
      }
    }
  }

  @Test(
    arguments: [
      ("abcabc", "abc", 0, 0), ("abcabc", "abc", 1, 3), ("abcabc", "abc", 4, nil), ("aab", "ab", 0, 1),
      ("ab", "abc", 0, nil),
      ("", "a", 0, nil), ("xa", "a", 1, 1), ("xa", "a", 2, nil), ("xa", "a", 3, nil),
    ] as [(String, String, Int, Int?)])
  func textsAreFound(_ bytes: String, _ text: String, _ start: Int, _ place: Int?) {
    let found = Array(bytes.utf8).withUnsafeBytes { $0.place(of: text.utf8, from: start) }
    #expect(found == place)
  }

  @Test func whatFollowsIsNotLookedAt() {
    for count in 0...100 {
      let left = [UInt8](repeating: 1, count: count) + [2]
      let right = [UInt8](repeating: 1, count: count) + [3]
      left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in
          #expect(left.baseAddress!.isSame(as: right.baseAddress!, count: count))
        }
      }
    }
  }
}
