import Foundation
import Testing

@testable import IKC

@Suite("Recorded FreezeThaw and Freezer texts")
struct TextFixtureTests {
  static let code = TextFixture.all.filter { $0.kind == "code" && $0.format == .freezer }
  /// What Data::Dumper leaves out of these makes no Perl.
  static let incomplete = ["tied-array-elem", "tied-array-elem-in-hash", "tied-hash-elem", "tied-hash-elem-in-array"]
  static let opaque = TextFixture.all.filter {
    $0.format == .freezer && (incomplete.contains($0.name) || $0.kind == "glob")
  }
  static let readable = TextFixture.all.filter { fixture in
    !fixture.breaksOnWire && !(code + opaque).contains { $0.testDescription == fixture.testDescription }
  }

  @Test("all lines of the files are there")
  func filesAreComplete() {
    #expect(TextFixture.all.filter { $0.format == .freezethaw }.count == 226)
    #expect(TextFixture.all.filter { $0.format == .freezer }.count == 231)
    #expect(Self.readable.count > 380)
  }

  @Test("reads what Perl reads", arguments: readable)
  func readsAsPerl(_ fixture: TextFixture) throws {
    var expected = try Tagged(fixture.thawed)
    // Perl reads these otherwise than they were written: shared regular expressions as empty, what names a place
    // before it is made as undefined, and text without the flag where Latin-1 could hold it.
    let isReadBetter =
      (fixture.format == .freezethaw && fixture.name == "shared-regexp")
      || (fixture.format == .freezer && (Self.namesEarly + Self.narrowText).contains(fixture.name))
    if isReadBetter { expected = try Tagged(fixture.value) }
    if fixture.text.starts(with: "FrT;@1|$".utf8) {
      #expect(throws: IKCError.self) { try fixture.format.graph(fixture.text) }
      #expect(try fixture.format.decode(fixture.text).text != nil)
      return
    }
    // Perl calls the class's own `Thaw`, runs the two numbers of one undef together, or took the class `0` for none.
    if ["hook-ft", "hook-ft-in-array", "shared-immortal-undef-refs", "blessed-class-zero"].contains(fixture.name) {
      return
    }
    let graph = try Tagged(try fixture.format.graph(fixture.text).taggedJSON())
    if fixture.format == .freezethaw {
      #expect(graph.withRegexpsPrinted == expected.withRegexpsPrinted)
    } else if fixture.name == "shared-aliased-args" {
      // Which was one variable at two places becomes two.
      #expect(try fixture.format.decode(fixture.text) == [5, 5, 6])
    } else {
      #expect(graph.withoutImmortality == expected.withoutImmortality)
    }
  }

  @Test("what a class has frozen as a string is kept as it is")
  func keepsFrozenStrings() throws {
    let text = Array("FrT;@1|@2|>>0|$6|FtHook$4|ft:x>)0|$4|ft:y".utf8)
    let hooks = ["ft:x", "ft:y"].map { (frozen: ByteString) in
      Value.special(.hook(Value.Hook(className: "FtHook", base: .scalar, frozen: frozen)))
    }
    #expect(try TextFormat.freezethaw.decode(text) == .array(hooks))
    #expect(try FreezeThawSerializer().encode(.array(hooks)) == text)
    let storable = Value.special(.hook(Value.Hook(className: "A", frozen: "x")))
    #expect(throws: IKCError.self) { try FreezeThawSerializer().encode(storable) }
    #expect(throws: IKCError.self) { try FreezerSerializer().encode(storable) }
  }

  static let narrowText = ["utf8-latin1-flagged", "hash-all-key-kinds", "hash-latin1-flagged-key"]
  static let namesEarly = ["shared-aliased-args", "shared-elem-ref-before", "shared-value-ref"]

  @Test("writes byte for byte what it has read", arguments: readable)
  func writesWhatItRead(_ fixture: TextFixture) throws {
    if fixture.text.starts(with: "FrT;@1|$".utf8) {
      #expect(try fixture.format.serializer.encode(fixture.format.decode(fixture.text)) == fixture.text)
      return
    }
    // Shared regular expressions are written twice, so that Perl does not read them as empty; and what names a
    // place is written behind it.
    if fixture.format == .freezethaw && fixture.name == "shared-regexp" { return }
    if fixture.format == .freezer && Self.namesEarly.contains(fixture.name) { return }
    let written = try fixture.format.text(fixture.format.graph(fixture.text))
    #expect(Self.shown(written) == Self.shown(fixture.text))
  }

  @Test("writes a described value as Perl does", arguments: readable.filter { $0.format == .freezethaw })
  func writesAsPerl(_ fixture: TextFixture) throws {
    // Not in the description: what a tied variable holds, what a class made of itself, which string has a number.
    let isElsewhere =
      ["tied", "hook-tied", "dualvar", "shared-regexp", "blessed-class-zero", "glob", "json-pp", "immortal"].contains {
        fixture.name.hasPrefix($0)
      }
      || [
        "ref-to-immortals", "shared-immortal-undef-refs", "version-object", "hook-ft", "hook-ft-in-array",
        "overload-repeated",
      ].contains(fixture.name)
    if isElsewhere { return }
    guard let graph = try? [UInt8](fixture.value).taggedGraph() else {
      Issue.record("no graph")
      return
    }
    #expect(Self.shown(try fixture.format.text(graph)) == Self.shown(fixture.text))
  }

  @Test("a value survives the way through the format", arguments: readable)
  func valueSurvives(_ fixture: TextFixture) throws {
    let isCyclic = ["cyclic", "mixed-graph", "weak-overloaded-cycle", "hook-self"].contains {
      fixture.name.hasPrefix($0)
    }
    if isCyclic {
      let error = try #require(throws: IKCError.self) { try fixture.format.decode(fixture.text) }
      #expect(error.code == .cannotDecode && error.message.contains("cycle"))
      return
    }
    let value = try fixture.format.decode(fixture.text)
    let again = try fixture.format.decode(fixture.format.serializer.encode(value))
    #expect(String(describing: again) == String(describing: value))
  }

  @Test("code is refused", arguments: code)
  func refusesCode(_ fixture: TextFixture) throws {
    let error = try #require(throws: IKCError.self) { try fixture.format.decode(fixture.text) }
    #expect(error.code == .cannotDecode && error.message.contains("code"))
  }

  @Test("globs, and what Data::Dumper could not write, are refused", arguments: opaque)
  func refusesTheOpaque(_ fixture: TextFixture) throws {
    let error = try #require(throws: IKCError.self) { try fixture.format.decode(fixture.text) }
    #expect(error.code == .cannotDecode)
  }

  @Test(
    "text that a Perl peer would die of is refused, and as bytes it goes",
    arguments: TextFixture.all.filter(\.breaksOnWire))
  func refusesFlaggedText(_ fixture: TextFixture) throws {
    #expect(throws: IKCError.self) { try fixture.format.graph(fixture.text) }
    guard fixture.name != "blessed-utf8-class" else { return }
    let graph = try [UInt8](fixture.value).taggedGraph()
    let error = try #require(throws: IKCError.self) { try fixture.format.text(graph) }
    #expect(error.code == .cannotEncode && error.message.contains("as bytes"))
  }

  private static func shown(_ text: [UInt8]) -> String { ByteString(text).withUnsafeBytes { Text.latin1($0) } }
}
