import IKC
import Testing

@Suite("JSON as a serializer")
struct JSONSerializerTests {
  private static func decode(_ text: String) throws -> Value {
    try Array(text.utf8).withUnsafeBytes { try JSONSerializer().decode($0) }
  }

  private static func text(_ value: Value) throws -> String {
    String(decoding: try JSONSerializer().encode(value), as: UTF8.self)
  }

  @Test("values become the JSON that everyone expects")
  func writesPlainJSON() throws {
    let value: Value = [
      "event": "poe://K/s/e", "params": [1, -2.5, true, nil, .uint(.max), .bytes("bytes"), "é\n\"", [:], []],
    ]
    #expect(
      try Self.text(value)
        == #"{"event":"poe://K/s/e","params":[1,-2.5,true,null,18446744073709551615,"bytes","é\n\"",{},[]]}"#)
    #expect(try Self.text(.special(.weak([1]))) == "[1]")
    #expect(try Self.text(.bytes(ByteString("é"))) == "\"é\"")
  }

  @Test("what was written is read the same")
  func survives() throws {
    let value: Value = [
      "a": [
        1, .int(.min), .uint(.max), 0.1, .double(-0.0), .double(.leastNonzeroMagnitude), true, false, nil, "☺\0", [:],
      ], "é": "",
    ]
    #expect(try Self.decode(try Self.text(value)) == value)
  }

  @Test("what JSON can't hold is refused")
  func refusesTheUnrepresentable() throws {
    let values: [(Value, String)] = [
      (.bytes(ByteString([0xFF])), "no UTF-8"), (.double(.nan), "nan"), (.double(.infinity), "inf"),
      (.reference(1), "reference"), (.hash([Value.Hash.Key(ByteString([0xE9])): 1]), "key"),
      (.hash([Value.Hash.Key(ByteString("é")): 1, Value.Hash.Key("é"): 2]), "twice"),
      (.special(.object(Value.Object(className: "C", content: []))), "class C"),
      (.special(.hook(Value.Hook(className: "H", frozen: ""))), "class H"),
      (.special(.regexp(Value.Regexp(pattern: "x"))), "regular expression"),
      (.special(.version(Value.Version(literal: "v1", value: .bytes("1")))), "version"),
      (.special(.tied(Value.Tied(kind: .hash, object: []))), "tied"),
      (.special(.malformedText(ByteString([0xED, 0xA0, 0x80]))), "UTF-8"),
    ]
    for (value, reason) in values {
      let error = #expect(throws: IKCError.self) { try JSONSerializer().encode([value]) }
      #expect(error?.code == .cannotEncode && error?.message.contains(reason) == true, "\(reason)")
    }
  }

  @Test("depth and size are bounded")
  func isBounded() throws {
    var value = Value.array([])
    for _ in 0..<512 { value = [value] }
    #expect(throws: Never.self) { try JSONSerializer().encode(value) }
    #expect(throws: IKCError.self) { try JSONSerializer().encode([value]) }
    #expect(throws: IKCError.self) { try JSONSerializer(maximumSize: 10).encode(["0123456789"]) }
    #expect(throws: IKCError.self) { try Self.decode(String(repeating: "[", count: 100_000)) }
  }

  @Test(
    "anything but one JSON text is refused",
    arguments: ["", "x", "[1", "{\"a\":}", "1 2", "\u{FEFF}1", "{a:1}", "[1,]"])
  func refusesOtherText(_ text: String) throws {
    let error = #expect(throws: IKCError.self) { try Self.decode(text) }
    #expect(error?.code == .cannotDecode)
  }

  @Test("any serializer takes Swift types, and names the path of what does not fit")
  func takesCodable() throws {
    struct Point: Codable, Equatable {
      var x: Int
      var labels: [String]?
    }
    let serializer: any Serializer = JSONSerializer()
    let bytes = try serializer.encode([Point(x: 1, labels: ["a"]), Point(x: -1)])
    #expect(String(decoding: bytes, as: UTF8.self) == #"[{"x":1,"labels":["a"]},{"x":-1}]"#)
    let points = try bytes.withUnsafeBytes { try serializer.decode([Point].self, from: $0) }
    #expect(points == [Point(x: 1, labels: ["a"]), Point(x: -1)])
    let error = #expect(throws: IKCError.self) {
      try Array(#"[{"x":"far"}]"#.utf8).withUnsafeBytes { try serializer.decode([Point].self, from: $0) }
    }
    #expect(error?.message == "value[0].x: \"far\" is no Int")
  }
}
