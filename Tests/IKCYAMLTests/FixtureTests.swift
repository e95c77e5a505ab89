import Foundation
import IKC
import IKCYAML
import Testing

/// One line of `yaml.jsonl`.
struct YAMLFixture: Sendable, CustomTestStringConvertible {
  let name: String
  let kind: String
  /// What YAML.pm wrote, as it goes over a wire.
  let document: [UInt8]
  /// What was written, and what YAML.pm reads from a wire, as tagged JSON.
  let value: String
  let read: String

  var testDescription: String { name }

  static let all: [YAMLFixture] = Recorded.lines("yaml.jsonl").map { line in
    YAMLFixture(
      name: line["name"] as? String ?? "", kind: line["kind"] as? String ?? "",
      document: Recorded.bytes(line["freeze"]), value: Recorded.description(line["value"]) ?? "",
      read: Recorded.description(line["thawed_wire"] ?? line["thawed"] ?? line["value"]) ?? "")
  }
}

@Suite("Recorded YAML")
struct FixtureTests {
  private static let readable = YAMLFixture.all.filter { $0.kind != "code" }

  /// Classes that no tag can name: YAML.pm reads its own internal nodes, we the content.
  private static let oddClasses: Set<String> = [
    "blessed-latin1-class", "blessed-odd-class-names", "blessed-utf8-class",
  ]

  @Test("all lines of the file are there")
  func fileIsComplete() { #expect(YAMLFixture.all.count == 256) }

  @Test("reads what YAML.pm reads, unless it is a cycle", arguments: readable)
  func readsAsPerl(_ fixture: YAMLFixture) throws {
    if Self.oddClasses.contains(fixture.name) {
      _ = try Value(yaml: fixture.document)
      return
    }
    let expected: Value
    do {
      expected = try Value(described: fixture.read)
    } catch {
      let error = try #require(throws: IKCError.self) { try Value(yaml: fixture.document) }
      #expect(error.code == .cannotDecode && error.message.contains("cycle"))
      return
    }
    var read = try Value(yaml: fixture.document)
    // Perl notes with a pattern that it asks for characters.
    if fixture.name == "regexp-utf8", case .special(.regexp(var regexp)) = read {
      regexp.flags = "u"
      read = .special(.regexp(regexp))
    }
    #expect(Self.sorted(read) == Self.sorted(expected))
  }

  @Test("writes the bytes that YAML.pm writes, unless something occurs twice", arguments: readable)
  func writesAsPerl(_ fixture: YAMLFixture) throws {
    // Only YAML.pm can look into these, or writes an address.
    if fixture.name == "hook-tied-object" { return }
    if ["tied", "vstring", "shared", "cyclic"].contains(fixture.kind) || Self.oddClasses.contains(fixture.name) {
      return
    }
    guard !fixture.document.contains(UInt8(ascii: "&")), let value = try? Value(described: fixture.value) else {
      return
    }
    let text = try YAMLSerializer().encode(value)
    if Self.mixed.contains(fixture.name) {
      #expect(try Value(yaml: text) != .undef)
    } else {
      #expect(String(decoding: text, as: UTF8.self) == String(decoding: fixture.document, as: UTF8.self))
      #expect(text == fixture.document)
    }
  }

  /// Bytes beside characters, which Perl turns to characters, too; and a number that Perl had as an integer.
  private static let mixed: Set<String> = ["hash-all-key-kinds", "utf8-and-bytes", "double-1e15"]

  @Test("what was read is read the same once it is written", arguments: readable)
  func survives(_ fixture: YAMLFixture) throws {
    guard let value = try? Value(yaml: fixture.document) else { return }
    let text = try YAMLSerializer().encode(value)
    #expect(Self.sorted(try Value(yaml: text)) == Self.sorted(value))
  }

  @Test("code is refused", arguments: YAMLFixture.all.filter { $0.kind == "code" })
  func refusesCode(_ fixture: YAMLFixture) throws {
    let error = try #require(throws: IKCError.self) { try Value(yaml: fixture.document) }
    #expect(error.code == .cannotDecode && error.message.contains("code"))
  }

  @Test("classes are kept where that is asked for")
  func keepsClasses() throws {
    var kept = 0
    for fixture in Self.readable where fixture.kind == "blessed" && !Self.oddClasses.contains(fixture.name) {
      guard let value = try? Value(described: fixture.value) else { continue }
      let read = try Value(yaml: fixture.document, keepsClasses: true)
      #expect(try YAMLSerializer().encode(read) == YAMLSerializer().encode(value), "\(fixture.name)")
      kept += 1
    }
    #expect(kept > 10)
  }

  @Test("what YAML.pm refuses to write is refused")
  func refusesTheUnrepresentable() throws {
    let cases = try #require(Recorded.object("unrepresentable.json")?["cases"] as? [[String: Any]])
    let refused = cases.filter { $0["codec"] as? String == "yaml" }.compactMap { $0["name"] as? String }
    // The others are file handles, which are no values here.
    #expect(refused.sorted() == ["glob-in-array", "glob-ref", "io-handle", "regexp-blessed"])
    let regexp = Value.special(.regexp(Value.Regexp(pattern: "a", className: "MyRe")))
    let error = #expect(throws: IKCError.self) { try YAMLSerializer().encode(regexp) }
    #expect(error?.code == .cannotEncode)
  }

  /// The same for every order of elements.
  private static func sorted(_ value: Value) -> String { (try? value.yaml) ?? String(describing: value) }
}
