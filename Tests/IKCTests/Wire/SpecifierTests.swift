import Testing

@testable import IKC

struct SpecifierTests {
  @Test func literalIsKeptAndThrowsWhereItIsUsed() throws {
    let specifier: Specifier = "poe://kernel/session/state/extra"
    #expect(!specifier.isValid)
    #expect(specifier.kernel.isEmpty && specifier.session.isEmpty && specifier.state.isEmpty && specifier.args == nil)
    let error = #expect(throws: IKCError.self) { try specifier.validated() }
    #expect(error?.code == .invalidSpecifier)
    #expect(error?.specifier == "poe://kernel/session/state/extra")
    #expect(error?.message.contains("poe://kernel/session/state") == true)
  }

  @Test func errorNamesOnlyTheBeginningOfALongText() {
    let text = String(repeating: "a/", count: 100_000)
    let error = #expect(throws: IKCError.self) { try Specifier(text) }
    #expect((error?.description.utf8.count ?? .max) < 1000)
  }

  @Test func literalKeepsItsText() throws {
    let specifier: Specifier = "poe://Pulse/timeserver/time?utc"
    #expect(specifier.text == "poe://Pulse/timeserver/time?utc")
    #expect(try specifier.validated() == specifier)
    #expect(specifier.args == "utc")
  }

  @Test func equalityGoesByMeaning() {
    let long: Specifier = "poe://k/s/t"
    let short: Specifier = "//k/s/t"
    let parts = Specifier(kernel: "k", session: "s", state: "t")
    let withArgs = Specifier(kernel: "k", session: "s", state: "t", args: "a")
    #expect(long == short)
    #expect(long == parts)
    #expect(Set([long, short, parts]).count == 1)
    #expect(parts != withArgs)
    #expect(long != "poe://k/s/u")
    let invalid: Specifier = "a/b/c"
    let other: Specifier = "a/b/d"
    #expect(invalid == "a/b/c")
    #expect(invalid != other)
    #expect(Set([invalid, other, "a/b/c"]).count == 2)
  }

  @Test func descriptionOfPartsWritesArgs() {
    #expect(Specifier(kernel: "k", session: "s", state: "IKC:proxy", args: "a").description == "poe://k/s/IKC:proxy?a")
    #expect(Specifier(session: "s").description == "poe:/s")
    #expect(Specifier(session: "s").text == nil)
  }

  /// The grammar tries `host:port` before `unix:path`, and goes on with the next where the rest does not fit.
  @Test(arguments: [
    ("poe://unix:12", "unix:12", "", ""),
    ("poe://unix:12-34", "unix:12", "", "-34"),
    ("poe://unix:12a/s/t", "unix:12a", "s", "t"),
    ("poe://unix:12a", "unix:12", "", "a"),
    ("poe://unix:x:1-2/s", "unix:x:1-2", "s", ""),
    ("poe://unix:x y", "unix:x", "", " y"),
    ("poe://*x", "*", "", "x"),
    ("poe://ab:12x", "ab:12", "", "x"),
    ("//unix:12-34/s/t", "unix:12-34", "s", "t"),
    ("poe://k\n", "k", "", ""),
    ("\n", "", "", ""),
  ])
  func ambiguousKernels(text: String, kernel: String, session: String, state: String) {
    #expect(Specifier.Parts(parsing: text) == Specifier.Parts(kernel: kernel, session: session, state: state))
  }

  @Test func bytesThatAreNoUTF8AreRefused() {
    for bytes: [UInt8] in [[0xe9], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff]] {
      let text = Array("poe://k/s/t".utf8) + bytes
      #expect(text.withUnsafeBytes { Specifier.Parts(parsing: $0, unicode: true) } == nil)
      #expect(text.withUnsafeBytes { Specifier.Parts(parsing: $0, unicode: false) } == nil)
    }
  }

  @Test func lettersBeyondASCIICountInTextOnly() {
    let text = Array("poe://é/ж_١/e\u{301}?ß".utf8)
    let parts = text.withUnsafeBytes { Specifier.Parts(parsing: $0, unicode: true) }
    #expect(parts == Specifier.Parts(kernel: "é", session: "ж_١", state: "e\u{301}", args: "ß"))
    #expect(text.withUnsafeBytes { Specifier.Parts(parsing: $0, unicode: false) } == nil)
  }
}
