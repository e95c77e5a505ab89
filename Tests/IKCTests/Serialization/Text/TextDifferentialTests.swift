import Foundation
import TestSupport
import Testing

@testable import IKC

/// The formats that this machine's Perl has.
@Suite("FreezeThaw and Freezer beside Perl's own", .timeLimit(.minutes(5)))
struct TextDifferentialTests {
  static let formats = TextFormat.allCases.filter {
    switch $0 {
    case .freezethaw: Perl.has("FreezeThaw") && Perl.has("Storable")
    case .freezer: Perl.has("Data::Dumper") && Perl.has("Storable")
    }
  }

  private static func askPerl(_ questions: [String]) async throws -> [String] {
    let script = try #require(Bundle.module.resourceURL).appendingPathComponent("Peers/text-differential.pl").path
    let input = Array((questions.joined(separator: "\n") + "\n").utf8)
    let outcome = try await ChildProcess.run("perl", [script], input: input)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.text.split(separator: "\n").map(String.init)
  }

  @Test("reads 1,000 values that Perl froze as Perl does", arguments: formats)
  func readsAsPerl(_ format: TextFormat) async throws {
    let answers = try await Self.askPerl(["G \(format.serializer.package) 20021 1000"])
    #expect(answers.count == 1000)
    for answer in answers {
      let parts = answer.split(separator: "\t").map { Hexadecimal.decode(String($0))?.bytes }
      let text = try #require(parts.first ?? nil)
      let image = try #require(parts.last ?? nil)
      // Perl reads shared regular expressions of FreezeThaw as empty ones.
      if format == .freezethaw, ByteString(text).description.contains("/5|(?^:)") { continue }
      let graph = try Tagged(format.graph(text).taggedJSON()).comparable
      let expected = try Tagged(image.thawedGraph().taggedJSON()).comparable
      try #require(graph == expected, "\(ByteString(text))")
      // Once written here, it is written the same again.
      let written = try format.text(format.graph(text))
      #expect(try format.text(format.graph(written)) == written)
      if let value = try? format.decode(text) {
        let once = try format.serializer.encode(value)
        #expect(try format.serializer.encode(format.decode(once)) == once)
      }
    }
  }

  @Test("Perl writes 1,000 values again just as they were written here", arguments: formats)
  func isReadByPerl(_ format: TextFormat) async throws {
    var generator = GraphGenerator(seed: 20023)
    let texts = try (0..<1000).map { _ in try format.text(Self.suitable(generator.graph(), format)) }
    let answers = try await Self.askPerl(
      texts.map { "R \(format.serializer.package) " + Hexadecimal.encode(ByteString($0)) })
    try #require(answers.count == texts.count)
    for (text, answer) in zip(texts, answers) {
      try #require(answer == Hexadecimal.encode(ByteString(text)), "\(ByteString(text))")
    }
  }

  /// The graph without what one of the two loses: the order of keys, flags of text that Latin-1 could hold, over
  /// FreezeThaw all text and regular expressions.
  private static func suitable(_ graph: ValueGraph, _ format: TextFormat) -> ValueGraph {
    var graph = graph
    for index in graph.nodes.indices {
      switch graph.nodes[index].content {
      case .text(let octets):
        graph.nodes[index].content =
          format == .freezethaw ? .bytes(octets) : .text(ByteString("€" + octets.description))
      case .version(_, let octets, _) where format == .freezethaw: graph.nodes[index].content = .bytes(octets)
      case .regexp where format == .freezethaw: graph.nodes[index].content = .array([])
      case .hash(let elements, _):
        let suitable = elements.map { element in
          var element = element
          element.key = Self.suitable(element.key, format)
          return element
        }
        graph.nodes[index].content = .hash(
          ValueGraph.Element.withoutRepeats(suitable).sorted { characters($0.key) < characters($1.key) },
          isRestricted: false)
      default: break
      }
    }
    return graph
  }

  /// Data::Dumper itself goes wrong over keys that hold NUL where it names a place behind them.
  private static func suitable(_ key: Value.Hash.Key, _ format: TextFormat) -> Value.Hash.Key {
    let octets = ByteString(key.bytes.bytes.map { $0 == 0 ? 1 : $0 })
    guard key.isText, format == .freezer else { return Value.Hash.Key(octets) }
    return Value.Hash.Key("€" + octets.description)
  }

  /// What Perl sorts by.
  private static func characters(_ key: Value.Hash.Key) -> ByteString {
    key.isWide ? key.stored : ByteString(key.stored.withUnsafeBytes { Text.utf8(fromLatin1: $0) })
  }
}

extension Tagged {
  /// Without what the formats do not say: which undef is Perl's own, and how often a regular expression was wrapped.
  var comparable: Tagged { withRegexpsPrinted.withoutImmortality }
}
