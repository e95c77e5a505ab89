import Foundation
import Testing

@testable import IKC

@Suite("Date, Data and foreign coders")
struct FoundationBridgingTests {
  struct Entry: Codable, Equatable {
    var at: Date
    var body: Data
    var more: [Date]
  }

  @Test(arguments: CodingRoute.allCases)
  func datesAreSecondsSince1970AndDataByteStrings(_ route: CodingRoute) throws {
    let entry = Entry(
      at: Date(timeIntervalSince1970: 1_700_000_000.25), body: Data([0, 255]), more: [Date(timeIntervalSince1970: 5)])
    let value: Value = .hash([
      "at": .bytes("1700000000.25"), "body": .bytes(ByteString([0, 255])), "more": [5],
    ])
    #expect(try route.encode(entry) == value)
    #expect(try route.decode(Entry.self, from: value) == entry)
    #expect(try route.roundTrip(entry) == entry)
    #expect(try route.encode(Date(timeIntervalSince1970: 0)) == 0)
    #expect(try route.decode(Date?.self, from: .undef) == nil)
    #expect(try route.decode(Data.self, from: [1, 2]) == Data([1, 2]))
    #expect(throws: IKCError(.cannotDecode, "params[0]: \"today\" is no Date")) {
      try route.decode([Date].self, from: ["today"])
    }
  }

  @Test func valuesGoThroughForeignCoders() throws {
    let value: Value = .hash([
      "a": [1, -2, 1.5, .bool(true), .undef, .uint(.max)], "b": "text", "c": .bytes("bytes"), "é": .hash([:]),
    ])
    let json = try JSONEncoder().encode(value)
    let back = try JSONDecoder().decode(Value.self, from: json)
    #expect(
      back
        == .hash([
          "a": [1, -2, 1.5, .bool(true), .undef, .uint(.max)], "b": "text", "c": .string("bytes"), "é": .hash([:]),
        ]))
    let octets = ByteString([0xFF, 0])
    #expect(try JSONDecoder().decode(ByteString.self, from: try JSONEncoder().encode(octets)) == octets)
    #expect(try JSONDecoder().decode([ByteString].self, from: Data("[\"é\"]".utf8)) == ["é"])
    let object = Value.special(.object(Value.Object(className: "A", content: [.reference(5)])))
    #expect(String(decoding: try JSONEncoder().encode(object), as: UTF8.self) == "[5]")
    let regexp = Value.special(.regexp(Value.Regexp(pattern: "x")))
    #expect(throws: EncodingError.self) { try JSONEncoder().encode([regexp]) }
  }
}
