import Foundation
import IKC
import IKCYAML
import TestSupport
import Testing

@Suite("YAML beside Perl's YAML.pm", .timeLimit(.minutes(5)))
struct DifferentialTests {
  private static let hasYAML = ChildProcess.succeeds("perl", ["-MYAML", "-e", "1"])

  private static func askPerl(_ questions: [String]) async throws -> [String] {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Peers/yaml-differential.pl").path
    let input = Array((questions.joined(separator: "\n") + "\n").utf8)
    let outcome = try await ChildProcess.run("perl", [script], input: input)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.text.split(separator: "\n").map(String.init)
  }

  @Test("reads 3,000 values that YAML.pm wrote", .enabled(if: hasYAML, "no YAML.pm here"))
  func readsAsPerl() async throws {
    let answers = try await Self.askPerl(["G 20031 3000"])
    #expect(answers.count == 3000)
    var compared = 0
    for answer in answers {
      let parts = answer.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(parts.count == 3)
      // YAML.pm does not read all that it writes.
      guard parts[1] == parts[2] else { continue }
      let value = try? Value(yaml: Recorded.bytes(parts[0]))
      try #require(
        value.map(Self.described) == parts[1], "\(String(decoding: Recorded.bytes(parts[0]), as: UTF8.self))")
      compared += 1
    }
    #expect(compared > 2800)
  }

  @Test("YAML.pm reads 3,000 values that were written here", .enabled(if: hasYAML, "no YAML.pm here"))
  func isReadByPerl() async throws {
    var generator = ValueGenerator(seed: 20032)
    let values = (0..<3000).map { _ in generator.root() }
    let documents = try values.map { try YAMLSerializer().encode($0) }
    let answers = try await Self.askPerl(documents.map { "T " + Self.hexadecimal($0) })
    try #require(answers.count == values.count)
    for (index, answer) in answers.enumerated() {
      let text = String(decoding: documents[index], as: UTF8.self)
      try #require(answer == Self.described(values[index]), "\(Self.hexadecimal(documents[index])) \(text)")
      try #require(Self.described(try Value(yaml: documents[index])) == answer, "\(text)")
    }
  }

  // MARK: Describing

  /// As the script describes what Perl has.
  private static func described(_ value: Value) -> String {
    switch value {
    case .undef: return "null"
    case .array(let elements): return "[" + elements.map(described).joined(separator: ",") + "]"
    case .hash(let elements):
      let members = elements.sorted { $0.key.bytes < $1.key.bytes }
      return "{" + members.map { quoted($0.key.bytes) + ":" + described($0.value) }.joined(separator: ",") + "}"
    case .reference(let target): return #"{"\\":"# + described(target) + "}"
    case .bytes(let bytes): return quoted(bytes)
    default: return quoted(ByteString(value.text ?? ""))
    }
  }

  private static func quoted(_ bytes: ByteString) -> String { "\"" + hexadecimal(bytes.bytes) + "\"" }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Makes values of all that YAML has forms for, with text that is hard to write.
struct ValueGenerator {
  private static let pieces: [[UInt8]] =
    [
      ": ", " #", "- ", "? ", "'", "\"", "\\", "\\\"", "\":", "\" : ", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">",
      "%",
      "@", "`", "~", "=", "<<", " ", "  ", "\t", "\n", "\n\n", "---", "...", "#", ":", "-", "?", "0", "1e3", "null",
      "é", "☺",
      "\u{85}", "\u{A0}", "\u{7F}", "\0", "\u{1B}", "\r", "\\n", "\\x41", "%41", "%EE%80%AA", "word", "two words",
      " |2", " >-",
      "!!perl/ref", "&1", "*1", String(repeating: "x", count: 70),
    ].map { Array($0.utf8) } + [[0xE9], [0xFF], [0xC3]]

  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The next number of SplitMix64, below `limit`.
  private mutating func below(_ limit: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  /// A reference to something.
  mutating func root(_ depth: Int = 0) -> Value {
    switch below(9) {
    case 0..<4: return .array((0..<below(5)).map { _ in value(depth + 1) })
    case 4..<8:
      var elements = Value.Hash()
      for _ in 0..<below(5) { elements[Value.Hash.Key(ByteString(text()))] = value(depth + 1) }
      return .hash(elements)
    default: return .reference(value(depth + 1))
    }
  }

  private mutating func value(_ depth: Int) -> Value {
    switch below(depth > 4 ? 7 : 12) {
    case 0: return .undef
    case 1: return [.int(0), .int(-5), .int(1 << 40), .uint(.max), .double(0.5), .double(1e20), true, false][below(8)]
    case 2..<6: return .bytes(ByteString(text()))
    case 6: return .string(String(decoding: text(), as: UTF8.self))
    default: return root(depth)
    }
  }

  private mutating func text() -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<below(12) {
      if below(2) == 0 { text += Self.pieces[below(Self.pieces.count)] } else { text.append(UInt8(97 + below(26))) }
    }
    guard below(8) == 0 else { return text }
    // Several lines, as blocks are made of.
    for _ in 0..<below(5) {
      text.append(0x0A)
      for _ in 0..<below(5) { text += Self.pieces[below(Self.pieces.count)] + Array("abc ".utf8) }
    }
    return text
  }
}
