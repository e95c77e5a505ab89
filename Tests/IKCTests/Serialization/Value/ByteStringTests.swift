import Testing

@testable import IKC

@Suite("ByteString")
struct ByteStringTests {
  @Test("keeps bytes of every length, inside itself or outside", arguments: 0...40)
  func keepsBytes(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 255 - $0) }
    let string = ByteString(bytes)
    #expect(string.count == count)
    #expect(string.isEmpty == (count == 0))
    #expect(string.bytes == bytes)
    // What lies behind the bytes must not become part of them.
    let padded = bytes + [UInt8](repeating: 0xAA, count: 32)
    let same = padded.withUnsafeBytes { ByteString($0.baseAddress!, count: count, readable: padded.count) }
    #expect(same == string)
    #expect(same.hashValue == string.hashValue)
    #expect(Set([string, same]).count == 1)
  }

  @Test("bytes that differ anywhere are not equal", arguments: [1, 7, 8, 14, 15, 16, 33])
  func tellsApart(_ count: Int) {
    let bytes = [UInt8](repeating: 0, count: count)
    for index in 0..<count {
      var other = bytes
      other[index] = 1
      #expect(ByteString(bytes) != ByteString(other))
      #expect(ByteString(bytes) < ByteString(other))
    }
    #expect(ByteString(bytes) != ByteString(bytes + [0]))
    #expect(ByteString(bytes) < ByteString(bytes + [0]))
  }

  @Test("is text only where it is valid UTF-8")
  func text() {
    #expect(ByteString("grün").text == "grün")
    #expect(ByteString([0x67, 0xFC]).text == nil)
    #expect(ByteString([0x67, 0xFC]).description == "gü")
    #expect(ByteString([0xED, 0xA0, 0x80]).text == nil)
    #expect(ByteString([0xC0, 0x80]).text == nil)
    #expect(ByteString([0xF4, 0x90, 0x80, 0x80]).text == nil)
    #expect(ByteString([0xE2, 0x98]).text == nil)
    #expect(ByteString("\u{FFFD}").text == "\u{FFFD}")
    #expect(ByteString([UInt8](repeating: 0x80, count: 40)).text == nil)
  }

  @Test("a value stays within 24 bytes")
  func isSmall() {
    #expect(MemoryLayout<ByteString>.stride == 16)
    #expect(MemoryLayout<Value.Hash.Key>.stride == 16)
    #expect(MemoryLayout<Value>.stride <= 24)
  }
}
