import Foundation
import TestSupport
import Testing

@testable import IKC

@Suite("Storable beside Perl's own", .timeLimit(.minutes(5)))
struct StorableDifferentialTests {
  static let hasPerl = ChildProcess.succeeds("perl", ["-MStorable", "-e", "1"])

  private static func askPerl(_ questions: [String]) async throws -> [String] {
    let script = try #require(Bundle.module.resourceURL).appendingPathComponent("Peers/storable-differential.pl").path
    let input = Array((questions.joined(separator: "\n") + "\n").utf8)
    let outcome = try await ChildProcess.run("perl", [script], input: input)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.text.split(separator: "\n").map(String.init)
  }

  @Test("reads 2,000 values that Perl froze, in either order, as Perl does", .enabled(if: hasPerl, "no perl here"))
  func readsAsPerl() async throws {
    let answers = try await Self.askPerl(["G 20021 2000"])
    #expect(answers.count == 2000)
    for answer in answers {
      let parts = answer.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(parts.count == 4)
      for (image, description) in [(parts[0], parts[2]), (parts[1], parts[3])] {
        let bytes = try #require(Hexadecimal.decode(image)?.bytes)
        let graph = try bytes.thawedGraph()
        try #require(String(decoding: try graph.taggedJSON(), as: UTF8.self) == description, "\(image)")
        try Self.checkValue(of: bytes, graph)
      }
    }
  }

  /// The plain value is the graph's, and survives being written.
  private static func checkValue(of image: [UInt8], _ graph: ValueGraph) throws {
    guard let value = try? image.thawed() else {
      #expect(throws: IKCError.self) { try graph.value() }
      return
    }
    // Once written in native order, a value is written the same again.
    let encoder = StorableSerializer(usesNativeOrder: true)
    let once = try encoder.encode(value)
    #expect(try encoder.encode(once.thawed()) == once)
  }

  @Test("Perl reads 2,000 values that were written here, in either order", .enabled(if: hasPerl, "no perl here"))
  func isReadByPerl() async throws {
    var generator = GraphGenerator(seed: 20022)
    var questions: [String] = []
    var expected: [String] = []
    for _ in 0..<2000 {
      let graph = generator.graph()
      for usesNativeOrder in [false, true] {
        let image = try graph.storable(usesNativeOrder: usesNativeOrder)
        questions.append("T " + Hexadecimal.encode(ByteString(image)))
        let view = PerlView.of(graph, usesNativeOrder: usesNativeOrder)
        expected.append(String(decoding: try view.taggedJSON(), as: UTF8.self))
      }
    }
    let answers = try await Self.askPerl(questions)
    try #require(answers.count == questions.count)
    for (index, answer) in answers.enumerated() {
      try #require(answer == expected[index], "\(questions[index])")
    }
  }

  @Test("Perl reads what is written of a described value", .enabled(if: hasPerl, "no perl here"))
  func describedValuesAreRead() async throws {
    // The ones that are not compared byte for byte.
    let fixtures = try StorableFixture.all.filter { try $0.kind != "code" && $0.holdsOverloading }
    #expect(fixtures.count >= 7)
    let questions = try fixtures.map {
      "T " + Hexadecimal.encode(ByteString(try [UInt8]($0.value).taggedGraph().storable()))
    }
    let answers = try await Self.askPerl(questions)
    for (fixture, answer) in zip(fixtures, answers) {
      #expect(try Tagged(answer.utf8) == Tagged(fixture.thawedPortable), "\(fixture.name)")
    }
  }
}

/// What Perl has of a graph that went through an image.
enum PerlView {
  static func of(_ graph: ValueGraph, usesNativeOrder: Bool) -> ValueGraph {
    var graph = graph
    for index in graph.nodes.indices {
      graph.nodes[index].content = view(graph.nodes[index].content, usesNativeOrder: usesNativeOrder)
    }
    return graph
  }

  private static func view(_ content: ValueGraph.Content, usesNativeOrder: Bool) -> ValueGraph.Content {
    switch content {
    case .bool(let flag): return .bytes(flag ? "1" : "")
    case .uint(let number): return .bytes(ByteString(String(number)))
    case .int(let number):
      return usesNativeOrder || Int32(exactly: number) != nil ? content : .bytes(ByteString(String(number)))
    case .double(let number):
      if number.magnitude < 0x1p53, number == number.rounded() {
        return view(.int(Int64(number)), usesNativeOrder: usesNativeOrder)
      }
      if usesNativeOrder { return content }
      if number.isInfinite { return .bytes(number < 0 ? "-Inf" : "Inf") }
      return .bytes(ByteString(String(format: "%.15g", number)))
    case .text(let octets) where octets.isEmpty: return .bytes(octets)
    default: return content
    }
  }
}
