import Foundation
import IKC
import IKCYAML
import Testing

/// One YAML line of `hostile.jsonl`.
struct HostileDocument: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// What YAML.pm did.
  let outcome: String
  /// What it accepted, as tagged JSON, where that can be shown.
  let value: String?

  var testDescription: String { name }

  static let all: [HostileDocument] = Recorded.lines("hostile.jsonl").compactMap { line in
    guard line["codec"] as? String == "yaml", let result = line["result"] as? [String: Any] else { return nil }
    var bytes = Recorded.bytes(line["payload"])
    for rule in line["payload_rule"] as? [[String: Any]] ?? [] {
      let piece = Recorded.bytes(rule["hex"])
      for _ in 0..<(rule["repeat"] as? Int ?? 0) { bytes += piece }
    }
    return HostileDocument(
      name: line["name"] as? String ?? "", bytes: bytes, outcome: result["what"] as? String ?? "",
      value: Recorded.description(result["value"]))
  }
}

@Suite("Hostile YAML")
struct HostileTests {
  /// Cycles, nesting beyond 512, equal keys, a glob.
  private static let refusedThoughAccepted: Set<String> = [
    "yaml-self-alias", "yaml-truncated-cyclic-at-20", "yaml-flow-2000", "yaml-seq-inline-2000",
    "yaml-duplicate-keys", "yaml-many-keys", "yaml-perl-glob",
  ]

  /// YAML 1.1 that YAML.pm does not know; a pattern with code in it, which is not compiled here.
  private static let readThoughRefused: Set<String> = [
    "yaml-bad-directive", "yaml-no-space-after-dash", "yaml-odd", "yaml-text",
    "yaml-truncated-call-at-5", "yaml-truncated-cyclic-at-8", "yaml-regexp-code",
  ]

  @Test("all lines of the file are there")
  func fileIsComplete() { #expect(HostileDocument.all.count == 75) }

  @Test("is a clear error, or what YAML.pm makes of it", arguments: HostileDocument.all)
  func isRefusedOrRead(_ document: HostileDocument) throws {
    let isAccepted = document.outcome == "accepted" && !Self.refusedThoughAccepted.contains(document.name)
    if isAccepted {
      let value = try Value(yaml: document.bytes)
      if let expected = document.value { #expect(value == (try Value(described: expected))) }
    } else if document.outcome == "returned undef" {
      #expect(try Value(yaml: document.bytes) == .undef)
    } else if Self.readThoughRefused.contains(document.name) {
      #expect(throws: Never.self) { try Value(yaml: document.bytes) }
    } else {
      let error = try #require(throws: IKCError.self) { try Value(yaml: document.bytes) }
      #expect(error.code == .cannotDecode)
      #expect(error.message.hasPrefix("YAML "))
    }
  }

  @Test("aliases that repeat without end are refused")
  func refusesLaughs() throws {
    var text = "---\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      text += "- &a\(level) [" + (0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", ") + "]\n"
    }
    let error = try #require(throws: IKCError.self) { try Value(yaml: text) }
    #expect(error.code == .cannotDecode && error.message.contains("aliases"))
    // Long text counts by its length.
    let long = "---\n- &1 " + String(repeating: "x", count: 1 << 20) + "\n" + String(repeating: "- *1\n", count: 100)
    #expect(throws: IKCError.self) { try Value(yaml: long) }
    // An alias as a key, which would have to be compared, is none to libyaml.
    #expect(throws: IKCError.self) { try Value(yaml: "---\n- &1 [a]\n- *1 : x\n") }
  }

  @Test("nesting is bounded, both ways")
  func boundsNesting() throws {
    func nested(_ depth: Int) -> String {
      "--- " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    func blocks(_ depth: Int) -> String {
      "---" + (0..<depth).map { "\n" + String(repeating: " ", count: $0) + "a:" }.joined() + " x\n"
    }
    #expect(throws: Never.self) { try Value(yaml: nested(500)) }
    #expect(throws: Never.self) { try Value(yaml: blocks(500)) }
    for depth in [520, 900, 5000, 200_000] {
      #expect(throws: IKCError.self) { try Value(yaml: nested(depth)) }
    }
    for depth in [520, 900, 2000] { #expect(throws: IKCError.self) { try Value(yaml: blocks(depth)) } }
    var value = Value.array([])
    for _ in 0..<512 { value = [value] }
    #expect(throws: Never.self) { try value.yaml }
    #expect(throws: IKCError.self) { try Value.array([value]).yaml }
  }

  @Test("sizes are bounded, both ways")
  func boundsSizes() throws {
    let serializer = YAMLSerializer(maximumSize: 1000)
    #expect(throws: IKCError.self) { try serializer.encode([.string(String(repeating: "x", count: 2000)), 1]) }
    let text = Array("--- \(String(repeating: "x", count: 2000))\n".utf8)
    #expect(throws: IKCError.self) { try text.withUnsafeBytes { try serializer.decode($0) } }
  }

  @Test("every cut and every changed byte of a document ends well")
  func survivesDamage() throws {
    for name in ["mixed-everything", "hash-all-key-kinds", "bytes-all", "regexp-newline", "shared-many"] {
      let fixture = try #require(YAMLFixture.all.first { $0.name == name })
      for count in 0..<fixture.document.count {
        _ = try? Value(yaml: Array(fixture.document[..<count]))
        for change in [0x01, 0x08, 0x80, 0xFF] as [UInt8] {
          var damaged = fixture.document
          damaged[count] ^= change
          guard let value = try? Value(yaml: damaged) else { continue }
          #expect(throws: Never.self) { try Value(yaml: try YAMLSerializer().encode(value)) }
        }
      }
    }
  }
}
