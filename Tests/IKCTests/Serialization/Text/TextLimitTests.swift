import Testing

@testable import IKC

@Suite("Limits of FreezeThaw and Freezer")
struct TextLimitTests {
  private static let variable = "$POE::Component::IKC::Freezer::VAR1"

  /// Arrays, hashes or references within one another.
  static func nested(_ format: TextFormat, _ kind: String, _ count: Int) -> [UInt8] {
    func repeated(_ text: String) -> String { String(repeating: text, count: count) }
    let text =
      switch (format, kind) {
      case (.freezethaw, "array"): "FrT;@1|" + repeated("@1|") + "_"
      case (.freezethaw, "hash"): "FrT;@1|" + repeated("%2|$1|k") + "_"
      case (.freezethaw, "object"): "FrT;@1|>>0|$1|A" + repeated("@1|>)0|") + "@0|"
      case (.freezethaw, _): "FrT;@1|" + repeated("\\") + "_"
      case (.freezer, "array"): "\(variable) = " + repeated("[") + "undef" + repeated("]") + ";"
      case (.freezer, "hash"): "\(variable) = " + repeated("{'k' => ") + "undef" + repeated("}") + ";"
      case (.freezer, "object"): "\(variable) = " + repeated("bless( [") + "undef" + repeated("], 'A' )") + ";"
      case (.freezer, _): "\(variable) = " + repeated("\\") + "undef;"
      }
    return Array(text.utf8)
  }

  @Test("512 levels are read and written, more are not", arguments: TextFormat.allCases)
  func limitsNesting(_ format: TextFormat) throws {
    for kind in ["array", "hash", "reference"] {
      let deep = Self.nested(format, kind, 512)
      #expect(try format.serializer.encode(format.decode(deep)) == deep)
      #expect(try format.text(format.graph(deep)) == deep)
      for count in [513, 100_000] {
        let error = try #require(throws: IKCError.self) { try format.decode(Self.nested(format, kind, count)) }
        #expect(error.code == .cannotDecode && error.message.contains("512"))
      }
    }
    #expect(throws: IKCError.self) { try format.decode(Self.nested(format, "object", 100_000)) }
    var value = Value.array([])
    for _ in 0..<511 { value = [value] }
    #expect(throws: Never.self) { try format.serializer.encode(value) }
    #expect(try #require(throws: IKCError.self) { try format.serializer.encode([value]) }.code == .cannotEncode)
  }

  @Test("the deepest values fit a stack of 512 KiB")
  func fitsSmallStack() async {
    await #expect(processExitsWith: .success) {
      onStack {
        for format in TextFormat.allCases {
          for kind in ["array", "hash", "reference"] {
            let deep = TextLimitTests.nested(format, kind, 512)
            let value = try? format.decode(deep)
            precondition((try? format.serializer.encode(value ?? .undef)) == deep)
            precondition((try? format.text(format.graph(deep))) == deep)
          }
        }
      }
    }
  }

  /// Arrays, each of which holds the one before so many times.
  static func chain(_ format: TextFormat, _ count: Int, times: Int) -> [UInt8] {
    switch format {
    case .freezethaw:
      let allocated = String(repeating: "@0|", count: count)
      let filled = (0..<count).map {
        "@\($0 == 0 ? 0 : times)|" + String(repeating: "<\($0 - 1)|", count: $0 == 0 ? 0 : times)
      }
      return Array(
        "FrT;!\(count - 1)|\(allocated)\(filled.joined())@1|@\(count)|\((0..<count).map { "<\($0)|" }.joined())".utf8)
    case .freezer:
      let stubs = (0..<count).map {
        "[" + ($0 == 0 ? "" : Array(repeating: "[]", count: times).joined(separator: ",")) + "]"
      }
      let assignments = (1..<count).map { level in
        (0..<times).map { "\(variable)->[\(level)][\($0)] = \(variable)->[\(level - 1)];" }.joined()
      }
      return Array("\(variable) = [\(stubs.joined(separator: ","))];\(assignments.joined())".utf8)
    }
  }

  @Test("what occurs exponentially often is no value", arguments: TextFormat.allCases)
  func survivesBillionLaughs(_ format: TextFormat) throws {
    let text = Self.chain(format, 40, times: 2)
    let error = try #require(throws: IKCError.self) { try format.decode(text) }
    #expect(error.code == .cannotDecode && error.message.contains("too often"))
    let graph = try format.graph(text)
    #expect(graph.nodes.count < 1000)
    #expect(try format.text(format.graph(format.text(graph))) == format.text(graph))
    var value = Value.array([])
    for _ in 0..<40 { value = [value, value] }
    for serializer: any Serializer in [
      FreezeThawSerializer(maximumSize: 1 << 16), FreezerSerializer(maximumSize: 1 << 16),
    ] {
      #expect(try #require(throws: IKCError.self) { try serializer.encode(value) }.code == .cannotEncode)
    }
  }

  @Test("levels add up where what occurred before is nested", arguments: TextFormat.allCases)
  func addsUpLevels(_ format: TextFormat) throws {
    #expect(try format.decode(Self.chain(format, 500, times: 1)).array?.count == 500)
    let error = try #require(throws: IKCError.self) { try format.decode(Self.chain(format, 20_000, times: 1)) }
    #expect(error.code == .cannotDecode && error.message.contains("512"))
    #expect(throws: IKCError.self) { try format.graph(Self.chain(format, 20_000, times: 1)).value() }
  }

  @Test(
    "a count beyond the end of the text is refused before anything is made",
    arguments: [
      "FrT;@1|@2147483647|_", "FrT;@1|%4000000000|$1|a_", "FrT;@1|@9223372036854775807|_",
      "FrT;@1|$9223372036854775807|a",
      "FrT;@1|$99999999999999999999999999|a", "FrT;!2147483647|@0|", "FrT;!9999999999999999999999|@0|",
      "FrT;@1|/4294967295|a", "FrT;@1|>>18446744073709551616|$1|A@0|",
    ])
  func checksCounts(_ text: String) throws {
    #expect(
      try #require(throws: IKCError.self) { try TextFormat.freezethaw.decode(Array(text.utf8)) }.code == .cannotDecode)
  }

  @Test("an index that is not there is refused", arguments: ["2147483647", "1", "99999999999999999999", "-1", ""])
  func checksIndices(_ index: String) throws {
    let text = Array("\(Self.variable) = [1];\(Self.variable)->[\(index)] = 1;".utf8)
    #expect(try #require(throws: IKCError.self) { try TextFormat.freezer.decode(text) }.code == .cannotDecode)
  }

  @Test("many elements, and many that occur again, are read at once", arguments: TextFormat.allCases)
  func readsLargeValues(_ format: TextFormat) throws {
    let shared: Value = [.bytes("x")]
    var hash = Value.Hash()
    for number in 0..<20_000 { hash[Value.Hash.Key("key\(number)")] = shared }
    let text = try format.serializer.encode(.hash(hash))
    #expect(try format.decode(text).hash?.count == 20_000)
    // The same with one array instead of 20,000.
    let elements = hash.keys.enumerated().map { ValueGraph.Element(key: $0.element, node: 3 + $0.offset) }
    let references = elements.map { _ in ValueGraph.Node(.reference(to: 1, isWeak: false, isOverloaded: false)) }
    let graph = ValueGraph(
      nodes: [.init(.hash(elements, isRestricted: false)), .init(.array([2])), .init(.bytes("x"))] + references, root: 0
    )
    let written = try format.text(graph)
    let read = try format.graph(written)
    #expect(try read.value().hash == hash)
    #expect(try format.text(read) == written)
    #expect(written.count { $0 == UInt8(ascii: "x") } == 1)
  }

  @Test("more bytes than allowed are not written")
  func limitsSize() throws {
    let value: Value = [.bytes(ByteString([UInt8](repeating: 97, count: 5000)))]
    for serializer: any Serializer in [FreezeThawSerializer(maximumSize: 5100), FreezerSerializer(maximumSize: 5100)] {
      #expect(throws: Never.self) { try serializer.encode(value) }
      let error = try #require(throws: IKCError.self) { try serializer.encode([value, value, 1]) }
      #expect(error.code == .cannotEncode && error.message.contains("5100"))
    }
  }

  @Test("what would be code in Perl is not written")
  func writesNoCode() throws {
    let serializer = FreezerSerializer()
    for pattern in ["(?{ 1 })", "a(??{ 1 })", "x\\"] as [ByteString] {
      #expect(throws: IKCError.self) { try serializer.encode(.special(.regexp(Value.Regexp(pattern: pattern)))) }
    }
    #expect(throws: IKCError.self) {
      try serializer.encode(.special(.regexp(Value.Regexp(pattern: "a", flags: ";x"))))
    }
    let version = Value.special(.version(Value.Version(literal: "v1;system('x')", value: .bytes("\u{1}"))))
    #expect(try TextFormat.freezer.decode(serializer.encode([version])) == [.bytes("\u{1}")])
    let object = Value.special(.object(Value.Object(className: "A' . x() . '", content: ["'\\'"])))
    #expect(
      try TextFormat.freezer.decode(serializer.encode(object))
        == .special(
          .object(Value.Object(className: "A' . x() . '", content: [.bytes("'\\'")]))))
    for pattern in ["a$b@c/d$", "[$@]", "a\\/b", "(x$|y)", "\\\\$x"] as [ByteString] {
      let text = try serializer.encode(.special(.regexp(Value.Regexp(pattern: pattern, flags: "i"))))
      #expect(throws: Never.self) { try TextFormat.freezer.decode(text) }
    }
  }
}
