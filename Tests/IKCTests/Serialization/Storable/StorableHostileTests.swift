import Foundation
import Testing

@testable import IKC

/// One line of `hostile.jsonl`.
struct HostilePayload: Sendable, CustomTestStringConvertible {
  let codec: String
  let name: String
  let bytes: [UInt8]
  /// What Perl's own decoder did.
  let outcome: String
  /// What it accepted, as tagged JSON, where that can be shown.
  let value: Data?

  var testDescription: String { name }

  static let all = of("storable")

  /// The lines for a codec.
  static func of(_ codec: String) -> [HostilePayload] { lines.filter { $0.codec == codec } }

  private static let lines: [HostilePayload] = Fixture.lines("hostile.jsonl").compactMap { line in
    guard let codec = line["codec"] as? String, let result = line["result"] as? [String: Any] else { return nil }
    var bytes = Fixture.bytes(line["payload"]) ?? []
    for rule in line["payload_rule"] as? [[String: Any]] ?? [] {
      let piece = Fixture.bytes(rule["hex"]) ?? []
      for _ in 0..<(rule["repeat"] as? Int ?? 0) { bytes += piece }
    }
    return HostilePayload(
      codec: codec, name: line["name"] as? String ?? "", bytes: bytes, outcome: result["what"] as? String ?? "",
      value: Fixture.data(result["value"]))
  }
}

@Suite("Hostile Storable images")
struct StorableHostileTests {
  /// What Perl accepts by accident (counts that overflow), beyond our nesting, or as a cycle.
  static let refusedThoughAccepted: Set<String> = [
    "storable-array-ffffffff", "storable-flaghash-80000000", "storable-flaghash-ffffffff", "storable-hash-80000000",
    "storable-hash-ffffffff", "storable-arrays-5000", "storable-refs-5000", "storable-hashes-5000",
  ]

  @Test("all lines of the file are there")
  func fileIsComplete() { #expect(HostilePayload.all.count == 150) }

  @Test("is a clear error, or what Perl makes of it", arguments: HostilePayload.all)
  func isRefusedOrRead(_ payload: HostilePayload) throws {
    let isAccepted = payload.outcome == "accepted" && !Self.refusedThoughAccepted.contains(payload.name)
    if isAccepted {
      let graph = try payload.bytes.thawedGraph()
      if let value = payload.value, !payload.name.contains("hook") {
        #expect(try Tagged(try graph.taggedJSON()) == Tagged(value))
      }
      return
    }
    // Perl runs the hook's class, or loads it, or compiles: what we keep as data.
    let isData = [
      "storable-overload-class-without-overloading", "storable-regexp-bad", "storable-regexp-bad-flags",
      "storable-hook-recurse-forever",
    ].contains(payload.name)
    if isData {
      #expect(throws: Never.self) { try payload.bytes.thawed() }
      return
    }
    let error = try #require(throws: IKCError.self) { try payload.bytes.thawed() }
    #expect(error.code == .cannotDecode)
    #expect(error.message.hasPrefix("Storable image "))
    #expect(throws: IKCError.self) { try payload.bytes.thawedGraph() }
  }

  /// What the fuzzer found.
  static let found: [String] = [
    // A tied array whose object is the array itself, not a reference to it.
    "050b1103466f6f0b0000000000",
    // A tied element of itself; one whose key and object are both itself.
    "0509160000000000000a04", "050b15000000000000000000",
    // A placeholder that stands for the hash that it is in.
    "050b190a0000000108810500000000", "050b190000000200000000001000000002000008810000000000",
  ]

  @Test("what the fuzzer found ends well, in the same description each time", arguments: found)
  func survivesFound(_ payload: String) throws {
    let image = try #require(Hexadecimal.decode(payload)).bytes
    #expect((try? image.thawed()) == nil || payload.hasPrefix("050b190a"))
    guard let graph = try? image.thawedGraph() else { return }
    let text = try graph.taggedJSON()
    #expect(try text.taggedGraph().taggedJSON() == text)
    let written = try graph.storable()
    #expect(try written.thawedGraph().storable() == written)
    _ = try? graph.value()
  }

  @Test("every cut of an image is an error, and every changed byte ends well")
  func survivesDamage() throws {
    for name in [
      "mixed-everything", "hook-two-classes", "tied-array-elem-in-hash", "hash-locked-placeholders", "weak-both",
    ] {
      let fixture = try #require(StorableFixture.all.first { $0.name == name })
      for image in [fixture.portable, fixture.native] {
        for count in 0..<image.count {
          let cut = Array(image[..<count])
          #expect(throws: IKCError.self) { try cut.thawed() }
          #expect(throws: IKCError.self) { try cut.thawedGraph() }
        }
        for index in image.indices {
          for change in [0x01, 0x80, 0xFF] as [UInt8] {
            var damaged = image
            damaged[index] ^= change
            if let value = try? damaged.thawed() { _ = try? StorableSerializer().encode(value) }
            if let graph = try? damaged.thawedGraph() {
              let copy = try? graph.taggedJSON().taggedGraph()
              _ = try? copy?.storable()
            }
          }
        }
      }
    }
  }
}
