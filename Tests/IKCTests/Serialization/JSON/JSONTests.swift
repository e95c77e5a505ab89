import Foundation
import Testing

@testable import IKC

@Suite("JSON")
struct JSONTests {
  private static func text(_ value: Value) throws -> String { String(decoding: try value.json(), as: UTF8.self) }

  @Test(
    "texts that come back as they went",
    arguments: [
      "null", "true", "false", "0", "-1", "18446744073709551615", "0.5", "1e+20", #""""#, #""a\"\\\n\u0001é😀""#, "[]",
      "{}", #"[1,[2,[]],{"a":{"b":null}}]"#, #"{"z":1,"a":2}"#,
    ])
  func roundTrip(_ json: String) throws { #expect(try Self.text(Value(json: json)) == json) }

  @Test("numbers keep their kind")
  func numbers() throws {
    #expect(try Value(json: "12") == .int(12))
    #expect(try Value(json: "-9223372036854775808") == .int(.min))
    #expect(try Value(json: "9223372036854775808") == .uint(1 << 63))
    #expect(try Value(json: "1.0") == .double(1))
    #expect(try Value(json: "1E2") == .double(100))
    #expect(try Value(json: "123456789012345678901234567890") == .double(123_456_789_012_345_677_877_719_597_056))
    #expect(try Value(json: "1e999") == .double(.infinity))
    guard case .double(let zero) = try Value(json: "-0") else {
      Issue.record("-0 is no double")
      return
    }
    #expect(zero == 0 && zero.sign == .minus)
  }

  @Test("escapes and white space")
  func escapes() throws {
    #expect(try Value(json: " [ \"\\u00e9\\ud83d\\ude00\\/\\b\" , 1 ]\n") == ["é😀/\u{8}", 1])
    #expect(try Value(json: #"{"a":1,"a":2}"#) == ["a": 2])
  }

  @Test(
    "what is no JSON is refused",
    arguments: [
      "", " ", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
      "{1:1}",
      "nul", "nulll", "True", "01", "-", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "Infinity", "\"", "\"a", "\"\\\"",
      "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2",
      "[1 2]",
      "{\"a\" 1}", "[1]]", "'a'", "// x\n1",
    ])
  func refuses(_ json: String) throws {
    let error = try #require(throws: IKCError.self) { try Value(json: json) }
    #expect(error.code == .cannotDecode)
  }

  @Test("bytes that are no UTF-8 are refused")
  func refusesOtherEncodings() {
    for bytes in [[0x22, 0xE9, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFF]] as [[UInt8]] {
      #expect(throws: IKCError.self) { try bytes.withUnsafeBytes { try Value(json: $0) } }
    }
  }

  @Test("the deepest values fit a stack of 2 MiB, a quarter of which they take where optimized")
  func fitsSmallStack() async {
    await #expect(processExitsWith: .success) {
      onStack(kilobytes: 2_048) {
        for (start, end) in [("[", "]"), (#"{"k":"#, "}")] {
          let deep = String(repeating: start, count: 512) + "[]" + String(repeating: end, count: 512)
          precondition((try? Value(json: deep).json()) != nil)
        }
        let image = [5, 11] + Array(repeatElement([2, 0, 0, 0, 1, 4] as [UInt8], count: 255).joined()) + [5]
        let graph = image.withUnsafeBytes { try? ValueGraph(storable: $0) }
        let text = try? graph?.taggedJSON()
        precondition((try? text?.taggedGraph().storable()) == (try? graph?.storable()))
        precondition(text != nil)
      }
    }
  }

  @Test("depth is limited both ways")
  func depth() throws {
    let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
    #expect(throws: Never.self) { try Value(json: deep(513)).json() }
    #expect(throws: IKCError.self) { try Value(json: deep(514)) }
    #expect(throws: IKCError.self) { try Value(json: String(repeating: "[", count: 1_000_000)) }
    var value: Value = []
    for _ in 0..<600 { value = [value] }
    #expect(throws: IKCError.self) { try value.json() }
  }

  @Test("what JSON has no form for becomes the nearest")
  func nearest() throws {
    #expect(try Self.text([.bytes("grün"), .bytes(ByteString([0xE9])), .double(.nan)]) == #"["grün","é","NaN"]"#)
    let object = Value.special(.object(Value.Object(className: "C", content: ["a": .reference(5)])))
    #expect(try Self.text(object) == #"{"a":5}"#)
    #expect(try Self.text(.special(.regexp(Value.Regexp(pattern: "a.b", flags: "i")))) == #""(?^i:a.b)""#)
  }

  @Test("tagged JSON that makes no sense is refused")
  func refusesTagged() throws {
    for json in [
      "[]", "{}", #"{"t":"int","v":"1"}"#, #"{"t":"array"}"#, #"{"t":"shared","id":1}"#,
      #"{"t":"array","v":[{"t":"alias","id":3}]}"#,
      #"{"t":"array","v":[{"t":"what"}]}"#, #"{"t":"array","v":[{"t":"int","v":"x"}]}"#,
      #"{"t":"array","v":[{"t":"bytes","v":"0"}]}"#,
      #"{"t":"hash","v":[[1,2]]}"#, #"{"t":"hash","v":[[{"t":"bytes","v":"61"}]]}"#, #"{"t":"ref"}"#,
      #"{"t":"ref","v":{"t":"hole"}}"#,
      #"{"t":"array","v":[{"t":"undef","sid":1},{"t":"undef","sid":1}]}"#,
      #"{"t":"hash","v":[[{"t":"int","v":"1"},{"t":"undef"}]]}"#,
    ] {
      let error = try #require(throws: IKCError.self, "\(json)") { try Array(json.utf8).taggedGraph() }
      #expect(error.code == .cannotDecode)
    }
    let deep = String(repeating: #"{"t":"array","v":["#, count: 1500) + String(repeating: "]}", count: 1500)
    #expect(throws: IKCError.self) { try Array(deep.utf8).taggedGraph() }
  }
}
