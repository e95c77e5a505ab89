import Foundation
import Testing

@testable import IKC

/// What one side of a recorded conversation in a text format sent in frames.
struct TextTranscript: Sendable, CustomTestStringConvertible {
  let format: TextFormat
  let name: String
  let bodies: [[UInt8]]
  /// The same as tagged JSON; nil for what the real peer could not read.
  let descriptions: [Data?]

  var testDescription: String { name }

  static let all: [TextTranscript] = Fixture.lines("transcripts.jsonl").flatMap { line -> [TextTranscript] in
    let format = TextFormat.allCases.first { $0.serializer.package == line["codec"] as? String }
    guard let format, let name = line["name"] as? String else { return [] }
    return ["client", "server"].compactMap { side in
      let events = (line["events"] as? [[String: Any]] ?? []).filter { $0["from"] as? String == side }
      let decoded = (line["decoded"] as? [[String: Any]] ?? []).filter { $0["from"] as? String == side }
      let descriptions = decoded.compactMap { $0["frame"] as? [String: Any] }.map { Fixture.data($0["value"]) }
      var rest = events.flatMap { Fixture.bytes($0["hex"]) ?? [] }[...]
      for line in decoded where line["frame"] == nil {
        let text = (line["line"] as? String).map { Array($0.utf8) } ?? Fixture.bytes(line["line_hex"]) ?? []
        rest = rest.dropFirst(text.count + (Fixture.bytes(line["eol"])?.count ?? 0))
      }
      var bodies: [[UInt8]] = []
      while let end = rest.firstIndex(of: 0), let count = Int(String(decoding: rest[..<end], as: UTF8.self)) {
        bodies.append(Array(rest[(end + 1)...].prefix(count)))
        rest = rest[(end + 1)...].dropFirst(count)
      }
      guard !bodies.isEmpty else { return nil }
      return TextTranscript(format: format, name: "\(name), \(side)", bodies: bodies, descriptions: descriptions)
    }
  }
}

@Suite("Recorded conversations in FreezeThaw and Freezer")
struct TextTranscriptTests {
  @Test("there are some of each")
  func areThere() {
    for format in TextFormat.allCases { #expect(TextTranscript.all.filter { $0.format == format }.count > 10) }
  }

  @Test("every frame is read as the real peer read it, and written as it was", arguments: TextTranscript.all)
  func readsFrames(_ transcript: TextTranscript) throws {
    try #require(transcript.bodies.count == transcript.descriptions.count)
    for (body, description) in zip(transcript.bodies, transcript.descriptions) {
      guard let description else {
        #expect(throws: IKCError.self) { try transcript.format.decode(body) }
        continue
      }
      let graph = try transcript.format.graph(body)
      // The real peer had one undef twice here, which has no number in the description.
      let isPerlsUndef = String(decoding: body, as: UTF8.self).contains("\\undef,do{my $o}")
      if !isPerlsUndef {
        let expected = try Tagged(description).comparable.withoutNarrowText
        #expect(try Tagged(graph.taggedJSON()).comparable.withoutNarrowText == expected)
      }
      #expect(try transcript.format.text(graph) == body)
    }
  }
}
