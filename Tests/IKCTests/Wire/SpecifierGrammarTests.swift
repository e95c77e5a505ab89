import Foundation
import Testing

@testable import IKC

/// The scanner against the two regular expressions that define specifiers in IKC 0.2402, on random texts.
struct SpecifierGrammarTests {
  static let kernel = #"(?:\*)|(?:[-. \w]+)|(?:[a-zA-Z0-9][-.a-zA-Z0-9]+:\d+)|(?:unix:[-.\w]+(?::\d+-\d+)?)"#
  static let long = #"^poe:(?:(//)(\#(kernel))?)?(?:(/)([- \w]+))?(?:(/)?([- \w]*))?(?:\?(\w+))?$"#
  static let short = #"^(?:(?://)(\#(kernel))/)?(?:([- \w]+)/)?(?:([- \w]+))?(?:\?(\w+))?$"#

  struct Reference {
    let long: NSRegularExpression
    let short: NSRegularExpression

    init() throws {
      long = try NSRegularExpression(pattern: SpecifierGrammarTests.long)
      short = try NSRegularExpression(pattern: SpecifierGrammarTests.short)
    }

    func parse(_ text: String) -> Specifier.Parts? {
      guard !text.isEmpty, text != "0" else { return nil }
      let whole = NSRange(location: 0, length: text.utf16.count)
      if let match = long.firstMatch(in: text, range: whole) { return parts(text, match, [2, 4, 6, 7]) }
      if let match = short.firstMatch(in: text, range: whole) { return parts(text, match, [1, 2, 3, 4]) }
      return nil
    }

    private func parts(_ text: String, _ match: NSTextCheckingResult, _ groups: [Int]) -> Specifier.Parts {
      let found = groups.map { Range(match.range(at: $0), in: text).map { String(text[$0]) } }
      let args = found[3] == "0" ? nil : found[3]
      return Specifier.Parts(kernel: found[0] ?? "", session: found[1] ?? "", state: found[2] ?? "", args: args)
    }
  }

  static let pieces = [
    "poe:", "//", "/", "/", "*", "?", ":", "-", ".", " ", "_", "0", "12", "12-34", "a", "ab", "kernel", "unix:", "x.y",
    "host:80", "\n", "+",
  ]

  @Test func scannerAgreesWithTheExpressions() throws {
    let reference = try Reference()
    var random = SeededGenerator(seed: 2402)
    var accepted = 0
    for _ in 0..<6_000 {
      let prefix = ["", "poe:", "poe://", "//"].randomElement(using: &random) ?? ""
      let count = Int.random(in: 0...7, using: &random)
      let text = prefix + (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
      let expected = reference.parse(text)
      #expect(Specifier.Parts(parsing: text) == expected, "\(text.debugDescription)")
      if expected != nil { accepted += 1 }
    }
    #expect(accepted > 1_000)
  }
}
