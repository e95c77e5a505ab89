import Testing

@testable import IKC

struct PlainTextTests {
  @Test func everyByteOutsideOfASCIIIsSeen() {
    for count in 0...200 {
      let bytes = [UInt8](repeating: 0x7f, count: count)
      bytes.withUnsafeBytes { #expect(Text.isASCII($0)) }
      for place in 0..<count {
        var other = bytes
        other[place] = 0x80
        if other.withUnsafeBytes({ Text.isASCII($0) }) { Issue.record("byte \(place) of \(count) is not looked at") }
      }
    }
  }

  @Test func whatFollowsIsNotLookedAt() {
    for count in 0...100 {
      let bytes = [UInt8](repeating: 0x41, count: count) + [0xff]
      bytes.withUnsafeBytes { #expect(Text.isASCII(UnsafeRawBufferPointer(rebasing: $0[..<count]))) }
    }
  }
}
