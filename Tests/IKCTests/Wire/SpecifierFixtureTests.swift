import Foundation
import Testing

@testable import IKC

/// Specifiers as the functions of IKC 0.2402 read and write them, from `specifiers.json`.
struct SpecifierFixtureTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let input: String
    let inputFlagged: Bool?
    let inputUTF8Hex: String?
    let name: String?
    let nameParsesTo: [String: String]?
    let parsed: [String: String]?
    let part: [String: String?]

    enum CodingKeys: String, CodingKey {
      case input, name, parsed, part
      case inputFlagged = "input_flagged"
      case inputUTF8Hex = "input_utf8_hex"
      case nameParsesTo = "name_parses_to"
    }

    var testDescription: String { input.debugDescription }

    /// The octets of the Perl string, and whether it had the UTF-8 flag.
    var octets: [UInt8] {
      guard let hex = inputUTF8Hex else { return Array(input.utf8) }
      return stride(from: 0, to: hex.count, by: 2).map { offset in
        let start = hex.index(hex.startIndex, offsetBy: offset)
        return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
      }
    }

    var isFlagged: Bool { inputFlagged ?? false }
    var isASCII: Bool { octets.allSatisfy { $0 < 0x80 } }
  }

  struct HashFixture: Decodable, Sendable {
    let name: String?
    let parsed: [String: String]?
    let perl: String
  }

  struct File: Decodable, Sendable {
    let strings: [Fixture]
    let hashReferences: [HashFixture]
    let otherValues: [HashFixture]

    enum CodingKeys: String, CodingKey {
      case strings
      case hashReferences = "hash_references"
      case otherValues = "other_values"
    }
  }

  static let file: File = {
    do {
      let url = try #require(Bundle.module.url(forResource: "Fixtures/specifiers", withExtension: "json"))
      return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    } catch {
      Issue.record(error)
      return File(strings: [], hashReferences: [], otherValues: [])
    }
  }()

  /// What recordings hold in place of parts where the parser refused: Perl's empty list shifts them.
  static let refusal: [String: String?] = ["kernel": "session", "state": "args"]

  static func dictionary(_ parts: Specifier.Parts?) -> [String: String]? {
    guard let parts else { return nil }
    var result = ["kernel": parts.kernel, "session": parts.session, "state": parts.state]
    result["args"] = parts.args
    return result
  }

  static func parse(_ octets: [UInt8], flagged: Bool) -> Specifier.Parts? {
    octets.withUnsafeBytes { Specifier.Parts(parsing: $0, unicode: flagged) }
  }

  @Test func fixturesAreThere() {
    #expect(Self.file.strings.count == 153)
    #expect(Self.file.hashReferences.count == 11)
    #expect(Self.file.otherValues.count == 9)
  }

  @Test(arguments: file.strings)
  func parsesAsPerlDoes(_ fixture: Fixture) {
    let parts = Self.parse(fixture.octets, flagged: fixture.isFlagged)
    #expect(Self.dictionary(parts) == fixture.parsed)
    #expect(parts?.name == fixture.name)
    if let name = fixture.name {
      #expect(Self.dictionary(Self.parse(Array(name.utf8), flagged: fixture.isFlagged)) == fixture.nameParsesTo)
    }
  }

  @Test(arguments: file.strings.filter { $0.isFlagged || $0.isASCII })
  func specifierFromTextAgrees(_ fixture: Fixture) throws {
    let text = fixture.input
    if let parsed = fixture.parsed {
      let specifier = try Specifier(text)
      #expect(specifier.kernel == parsed["kernel"])
      #expect(specifier.session == parsed["session"])
      #expect(specifier.state == parsed["state"])
      #expect(specifier.args == parsed["args"])
      #expect(specifier.description == text)
    } else {
      #expect(#expect(throws: IKCError.self) { try Specifier(text) }?.code == .invalidSpecifier)
    }
  }

  @Test(arguments: file.strings.filter { $0.isFlagged || $0.isASCII })
  func readsDestinationsAsPerlDoes(_ fixture: Fixture) {
    let parts = Specifier.Parts(parsingDestination: fixture.input)
    guard fixture.part != Self.refusal else {
      #expect(parts == nil)
      return
    }
    #expect(parts?.kernel == fixture.part["kernel"])
    #expect(parts?.session == fixture.part["session"])
    #expect(parts?.state == fixture.part["state"])
    #expect(parts?.args == fixture.part["args"] ?? nil)
  }

  /// The hash of a fixture, read from the Perl text that made it.
  static func hash(_ perl: String) throws -> [String: String] {
    var hash: [String: String] = [:]
    for pair in perl.trimmingCharacters(in: ["{", "}"]).split(separator: ",") {
      let halves = pair.components(separatedBy: "=>")
      try #require(halves.count == 2)
      if halves[1] != "undef" { hash[halves[0]] = halves[1].trimmingCharacters(in: ["\""]) }
    }
    return hash
  }

  @Test(arguments: file.hashReferences)
  func takesHashesUnchecked(_ fixture: HashFixture) throws {
    let hash = try Self.hash(fixture.perl)
    let specifier = Specifier(
      kernel: hash["kernel"] ?? "", session: hash["session"] ?? "", state: hash["state"] ?? "", args: hash["args"])
    let parts = try specifier.parts()
    #expect(Self.dictionary(parts) == fixture.parsed?.filter { $0.key != "other" })
    #expect(parts.name == fixture.name)
  }

  @Test(arguments: file.otherValues.filter { $0.perl.first == "\"" || $0.perl == "1" })
  func otherTexts(_ fixture: HashFixture) {
    let text = fixture.perl.trimmingCharacters(in: ["\""])
    #expect(Self.dictionary(Specifier.Parts(parsing: text)) == fixture.parsed)
    #expect(Specifier(stringLiteral: text).description == fixture.name)
  }
}
