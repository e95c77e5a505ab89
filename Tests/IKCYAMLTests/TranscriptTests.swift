import Foundation
import IKC
import IKCYAML
import Testing

/// What one side of a recorded conversation sent in frames.
struct RecordedFrames: Sendable, CustomTestStringConvertible {
  let name: String
  let bodies: [[UInt8]]
  /// The same as tagged JSON.
  let descriptions: [String]

  var testDescription: String { name }

  static let all: [RecordedFrames] = Recorded.lines("transcripts.jsonl").flatMap { line -> [RecordedFrames] in
    guard line["codec"] as? String == "YAML", let name = line["name"] as? String else { return [] }
    return ["client", "server"].compactMap { side in
      let events = (line["events"] as? [[String: Any]] ?? []).filter { $0["from"] as? String == side }
      let decoded = (line["decoded"] as? [[String: Any]] ?? []).filter { $0["from"] as? String == side }
      let descriptions = decoded.compactMap { Recorded.description(($0["frame"] as? [String: Any])?["value"]) }
      guard !descriptions.isEmpty else { return nil }
      var rest = events.flatMap { Recorded.bytes($0["hex"]) }[...]
      for line in decoded where line["frame"] == nil {
        let text = (line["line"] as? String).map { Array($0.utf8) } ?? Recorded.bytes(line["line_hex"])
        rest = rest.dropFirst(text.count + Recorded.bytes(line["eol"]).count)
      }
      var bodies: [[UInt8]] = []
      while let end = rest.firstIndex(of: 0), let count = Int(String(decoding: rest[..<end], as: UTF8.self)) {
        bodies.append(Array(rest[(end + 1)...].prefix(count)))
        rest = rest[(end + 1)...].dropFirst(count)
      }
      return RecordedFrames(name: "\(name), \(side)", bodies: bodies, descriptions: descriptions)
    }
  }
}

@Suite("Recorded conversations in YAML")
struct TranscriptTests {
  @Test("there are some")
  func areThere() { #expect(RecordedFrames.all.count > 20) }

  @Test("every frame is read as YAML.pm read it", arguments: RecordedFrames.all)
  func readsFrames(_ frames: RecordedFrames) throws {
    try #require(frames.bodies.count == frames.descriptions.count)
    for (body, description) in zip(frames.bodies, frames.descriptions) {
      guard let expected = try? Value(described: description) else {
        let error = #expect(throws: IKCError.self) { try Value(yaml: body) }
        #expect(error?.message.contains("cycle") == true)
        continue
      }
      let value = try Value(yaml: body)
      #expect(try YAMLSerializer().encode(value) == YAMLSerializer().encode(expected))
      #expect(try Value(yaml: YAMLSerializer().encode(value)) == value)
    }
  }
}
