import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct CodecTests {
  static let storable: [UInt8] = [5, 11, 3, 0, 0, 0, 1, 4, 2, 0, 0, 0, 2, 8, 129, 10, 1, 0x78, 0, 0, 0, 1, 0x6b]

  @Test func `encode writes what Perl reads`() async throws {
    let outcome = try await Tool.run(["encode", "--serializer", "Storable"], input: Array(#"{"k": [1, "x"]}"#.utf8))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output == Self.storable)
  }

  @Test func `decode prints JSON on one line`() async throws {
    let outcome = try await Tool.run(["decode", "--serializer", "Storable"], input: Self.storable)
    #expect(try Tool.json(outcome) == ["k": [1, "x"]])
  }

  @Test(
    arguments: [
      ("JSON", #"{"k":[1,"é",null,true]}"#, #"{"k":[1,"é",null,true]}"#),
      ("YAML", "---\nk:\n  - 1\n  - é\n  - ~\n  - 1\n", #"{"k":["1","é",null,"1"]}"#),
    ])
  func `other serializers are known by name`(_ serializer: String, _ bytes: String, _ json: String) async throws {
    let input = Array(#"{"k": [1, "é", null, true]}"#.utf8)
    let encoded = try await Tool.run(["encode", "--serializer", serializer], input: input)
    #expect(encoded.status == 0, "\(encoded.errors)")
    #expect(encoded.text == bytes)
    let decoded = try await Tool.run(["decode", "--serializer", serializer.lowercased()], input: encoded.output)
    #expect(decoded.text == json + "\n")
    for damaged in [Array("[".utf8), Array("{\"a\": }}".utf8)] {
      try await Tool.expectFailure(Tool.run(["decode", "--serializer", serializer], input: damaged), 5)
    }
  }

  @Test func `tagged JSON survives the round trip`() async throws {
    let tagged =
      #"{"t":"array","v":[{"t":"undef"},{"t":"bytes","v":"ff"},{"t":"array","class":"Point","id":1,"v":[]},{"t":"shared","id":1}]}"#
    let bytes = try await Tool.run(["encode", "--tagged"], input: Array(tagged.utf8))
    #expect(bytes.status == 0, "\(bytes.errors)")
    let back = try await Tool.run(["decode", "--tagged"], input: bytes.output)
    let original = try JSONDecoder().decode(JSON.self, from: Data(tagged.utf8))
    #expect(try Tool.json(back) == original)
  }

  @Test(arguments: ["", "{", "[1,]", "nul", "1 2", "{\"a\":1}}", "\u{0}"])
  func `JSON that cannot be read ends with status 5`(_ text: String) async throws {
    for options in [[], ["--tagged"]] {
      try await Tool.expectFailure(Tool.run(["encode"] + options, input: Array(text.utf8)), 5)
    }
  }

  @Test(
    arguments: [[], [5], [5, 11], [5, 11, 200], [5, 11, 2, 255, 255, 255, 255], Array("hello".utf8)] as [[UInt8]])
  func `bytes that cannot be read end with status 5`(_ bytes: [UInt8]) async throws {
    for options in [[], ["--tagged"]] {
      try await Tool.expectFailure(Tool.run(["decode"] + options, input: bytes), 5)
    }
  }

  @Test func `a cycle is an error in plain JSON and survives in tagged JSON`() async throws {
    let cycle: [UInt8] = [5, 11, 2, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0]
    try await Tool.expectFailure(Tool.run(["decode"], input: cycle), 5, naming: "cycle")
    let tagged = try await Tool.run(["decode", "--tagged"], input: cycle)
    #expect(try Tool.json(tagged) == ["t": "array", "id": 1, "v": [["t": "shared", "id": 1]]])
    #expect(try await Tool.run(["encode", "--tagged"], input: tagged.output).output == cycle)
  }
}
