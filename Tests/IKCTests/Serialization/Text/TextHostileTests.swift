import Foundation
import Testing

@testable import IKC

@Suite("Hostile FreezeThaw and Freezer texts")
struct TextHostileTests {
  /// What Perl accepts and is refused here: what nothing writes, several values, nesting without end, and texts
  /// whose rest Perl leaves out in silence.
  static let refusedThoughAccepted: Set<String> = [
    "freezer-arrays-100k", "freezer-arrays-2000", "freezer-hashes-20k", "freezer-path-10k", "freezer-missing-arrow",
    "freezer-negative-index", "freezer-no-semicolon", "freezer-odd-hash", "freezer-trailing-comma",
    "freezer-two-commas", "freezer-truncated-call-at-159", "freezer-truncated-cyclic-at-145",
    "freezethaw-alloc", "freezethaw-class-redefined", "freezethaw-arrays-5000", "freezethaw-hash-ref-key",
    "freezethaw-hashes-20k",
    "freezethaw-repeated-string", "freezethaw-root-two",
  ]
  /// What Perl refuses and is data here: a regular expression that does not compile, a string that no class knows.
  static let isData: Set<String> = [
    "freezethaw-regexp-bad", "freezethaw-regexp-code-block", "freezethaw-class-string-data",
  ]
  static let freezethaw = HostilePayload.of("freezethaw")
  static let freezer = HostilePayload.of("freezer")

  @Test("all lines of the file are there")
  func fileIsComplete() {
    #expect(Self.freezethaw.count == 72)
    #expect(Self.freezer.count == 104)
  }

  @Test("is a clear error, or what Perl makes of it", arguments: freezethaw + freezer)
  func isRefusedOrRead(_ payload: HostilePayload) throws {
    let format = try #require(TextFormat(rawValue: payload.codec))
    if Self.isData.contains(payload.name) {
      #expect(throws: Never.self) { try format.decode(payload.bytes) }
      return
    }
    let isAccepted = payload.outcome == "accepted" && !Self.refusedThoughAccepted.contains(payload.name)
    guard isAccepted else {
      let error = try #require(throws: IKCError.self) { try format.decode(payload.bytes) }
      #expect(error.code == .cannotDecode)
      return
    }
    let value = try format.decode(payload.bytes)
    guard let description = payload.value, let graph = try? ValueGraph(value) else { return }
    #expect(try Tagged(graph.taggedJSON()) == Tagged(description))
  }

  @Test(
    "nothing that Perl would run is read",
    arguments: [
      "system('x')", "`x`", "qx{x}", "sub { 1 }->()", "Foo->bar", "Foo::bar()", "bless( {}, $x )", "\"@{[ 1 ]}\"",
      "\"$x\"", "\"${\\ 1}\"", "'a' . 'b'", "1 + 1", "[1 .. 9]", "do { 1 }", "do{my $o = 1}", "\\do{my $x}", "<STDIN>",
      "qr/(?{ 1 })/", "qr/(??{ 1 })/", "qr/a@{[ 1 ]}/", "qr/$x/", "qr/${\\(1)}/", "qr/a/e", "1;system('x')", "$main::x",
      "$POE::Component::IKC::Freezer::VAR1->foo", "$POE::Component::IKC::Freezer::VAR1::x", "undef($x)", "v1.2.3x",
      "q{x}", "*x", "\\*x", "\\&x", "&x", "@x", "%x", "-f 'x'", "0x10", "1_000", "010", "1e5", "__FILE__", "{x => 1}",
      "{'x', 1}", "{system() => 1}", "# x\n1", "[1,]", "[,]", "(1)", "'x'x9", "bless( {}, 'A' )->x()", "\"\\u\"",
    ])
  func refusesCode(_ value: String) throws {
    let text = Array("$POE::Component::IKC::Freezer::VAR1 = \(value);".utf8)
    // A regular expression's flags are letters; Perl refuses those that it does not know.
    if value == "qr/a/e" { return }
    #expect(throws: IKCError.self) { try TextFormat.freezer.decode(text) }
  }

  @Test("every cut is an error, and every changed byte ends well", arguments: TextFormat.allCases)
  func survivesDamage(_ format: TextFormat) throws {
    for name in [
      "mixed-graph", "blessed-in-hash", "shared-deep", "message-call", "regexp-flag-aa-u-l", "cyclic-in-array",
    ] {
      guard let fixture = TextFixture.all.first(where: { $0.format == format && $0.name == name }) else { continue }
      for count in 0..<fixture.text.count {
        let cut = Array(fixture.text[..<count])
        // A text of Freezer that ends behind a statement is whole.
        if cut.last == UInt8(ascii: ";"), format == .freezer { continue }
        #expect(throws: IKCError.self) { try format.decode(cut) }
      }
      for index in fixture.text.indices {
        for change in [0x01, 0x04, 0x80, 0xFF] as [UInt8] {
          var damaged = fixture.text
          damaged[index] ^= change
          if let value = try? format.decode(damaged) { _ = try? format.serializer.encode(value) }
          if let graph = try? format.graph(damaged) { _ = try? format.text(graph) }
        }
      }
    }
  }
}
