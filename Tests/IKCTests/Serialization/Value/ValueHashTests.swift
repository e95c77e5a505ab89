import Testing

@testable import IKC

@Suite("Value.Hash")
struct ValueHashTests {
  @Test("keeps the order in which keys came, and the last value of each", arguments: [3, 8, 9, 10, 100, 3000])
  func keepsOrder(_ count: Int) {
    var hash = Value.Hash()
    for index in 0..<count { hash["key\(index)"] = .int(Int64(index)) }
    for index in stride(from: 0, to: count, by: 2) { hash["key\(index)"] = .int(Int64(-index)) }
    #expect(hash.count == count)
    #expect(hash.map { $0.key.description } == (0..<count).map { "key\($0)" })
    for index in 0..<count { #expect(hash["key\(index)"] == .int(Int64(index % 2 == 0 ? -index : index))) }
    #expect(hash["key\(count)"] == nil)
  }

  @Test("removes keys, and finds the others afterwards", arguments: [1, 8, 9, 50])
  func removes(_ count: Int) {
    var hash = Value.Hash((0..<count).map { (Value.Hash.Key("k\($0)"), Value.int(Int64($0))) })
    hash["k0"] = nil
    hash["absent"] = nil
    #expect(hash.count == count - 1)
    #expect(hash["k0"] == nil)
    for index in 1..<max(count, 2) where index < count { #expect(hash["k\(index)"] == .int(Int64(index))) }
    hash["k0"] = "again"
    #expect(hash.map { $0.key.description }.last == "k0")
  }

  @Test("a copy does not change with the original", arguments: [2, 20])
  func isAValue(_ count: Int) {
    let original = Value.Hash((0..<count).map { (Value.Hash.Key("k\($0)"), Value.int(0)) })
    var copy = original
    copy["k1"] = 1
    copy["new"] = 2
    copy["k0"] = nil
    #expect(original["k1"] == 0 && original["new"] == nil && original["k0"] == 0)
    #expect(copy["k1"] == 1 && copy["new"] == 2 && copy["k0"] == nil)
    #expect(original != copy)
  }

  @Test("equality has nothing to do with order")
  func equality() {
    let keys = (0..<30).map { "k\($0)" }
    let one = Value.Hash(keys.map { (Value.Hash.Key($0), Value.string($0)) })
    let other = Value.Hash(keys.reversed().map { (Value.Hash.Key($0), Value.string($0)) })
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(Value.hash(one) == .hash(other))
  }

  @Test("keys compare by character, with and without the UTF-8 flag")
  func keysCompareByCharacter() {
    let latin: [UInt8] = [0x63, 0x61, 0x66, 0xE9]
    #expect(Value.Hash.Key(ByteString(latin)) == Value.Hash.Key("café"))
    #expect(Value.Hash.Key(utf8: "abc") == Value.Hash.Key("abc"))
    #expect(Value.Hash.Key(utf8: "abc").isText && !Value.Hash.Key("abc").isText)
    // The same octets, but three characters there and one here.
    #expect(Value.Hash.Key(ByteString("☺")) != Value.Hash.Key("☺"))
    var hash: Value.Hash = ["☺": 1, "plain": 2]
    #expect(hash["☺"] == 1)
    hash[Value.Hash.Key(ByteString("naïve"))] = 3
    #expect(hash["naïve"] == 3)
    #expect(hash["naïf"] == nil)
    #expect(Value.Hash.Key(ByteString(latin)).text == nil)
    #expect(Value.Hash.Key("café").text == "café")
    #expect(Value.Hash.Key("café").bytes == ByteString("café"))
  }

  @Test("many long keys that begin alike are found quickly")
  func longKeys() {
    let prefix = String(repeating: "x", count: 40)
    let hash = Value.Hash((0..<20_000).map { (Value.Hash.Key(prefix + String($0)), Value.int(Int64($0))) })
    #expect(hash.count == 20_000)
    #expect(hash[prefix + "19999"] == 19_999)
  }
}
