import Foundation
import Testing

@testable import IKC

/// The text formats that graphs are read from and written to.
enum TextFormat: String, CaseIterable, CustomTestStringConvertible {
  case freezethaw, freezer

  var testDescription: String { rawValue }

  var serializer: any Serializer {
    switch self {
    case .freezethaw: FreezeThawSerializer()
    case .freezer: FreezerSerializer()
    }
  }

  func graph(_ text: [UInt8]) throws -> ValueGraph {
    try text.withUnsafeBytes {
      switch self {
      case .freezethaw: try ValueGraph(freezeThaw: $0)
      case .freezer: try ValueGraph(freezer: $0)
      }
    }
  }

  func text(_ graph: ValueGraph) throws -> [UInt8] {
    switch self {
    case .freezethaw: try graph.freezeThaw()
    case .freezer: try graph.freezer()
    }
  }

  func decode(_ text: [UInt8]) throws -> Value { try text.withUnsafeBytes { try serializer.decode($0) } }
}

/// One line of `freezethaw.jsonl` or `freezer.jsonl`.
struct TextFixture: Sendable, CustomTestStringConvertible {
  let format: TextFormat
  let name: String
  let kind: String
  /// What was frozen, as tagged JSON.
  let value: Data
  let text: [UInt8]
  /// What Perl makes of the text, as tagged JSON.
  let thawed: Data
  /// Whether Perl can't read what it sends: flagged text over FreezeThaw.
  let breaksOnWire: Bool

  var testDescription: String { "\(format.rawValue): \(name)" }

  static let all: [TextFixture] = TextFormat.allCases.flatMap { format in
    Fixture.lines("\(format.rawValue).jsonl").map { line in
      let value = Fixture.data(line["value"]) ?? Data()
      return TextFixture(
        format: format, name: line["name"] as? String ?? "", kind: line["kind"] as? String ?? "", value: value,
        text: Fixture.bytes(line["freeze"]) ?? [],
        thawed: Fixture.data(line["thawed_wire"]) ?? Fixture.data(line["thawed"]) ?? value,
        breaksOnWire: line["thawed_wire_error"] != nil)
    }
  }
}

extension Tagged {
  /// Without whether an undef is Perl's own.
  var withoutImmortality: Tagged { mapped { $0.filter { $0.key != "immortal" } } }

  /// With text as bytes where Latin-1 can hold it: Perl reads it without the flag, which makes no difference to it.
  var withoutNarrowText: Tagged {
    mapped { object in
      guard object["t"] as? String == "string", let octets = Fixture.bytes(object["utf8"]),
        let narrow = octets.withUnsafeBytes({ Text.latin1(fromUTF8: $0) })
      else { return object }
      return ["t": "bytes" as NSString, "v": Hexadecimal.encode(ByteString(narrow)) as NSString]
    }
  }

  /// With regular expressions as Perl prints them, which is what FreezeThaw makes a new one of each time.
  var withRegexpsPrinted: Tagged {
    mapped { object in
      guard object["t"] as? String == "regexp", let pattern = object["pattern"] as? [String: Any],
        let octets = Fixture.bytes(pattern["v"]) ?? Fixture.bytes(pattern["utf8"])
      else { return object }
      let flags = object["flags"] as? String ?? ""
      var text = RegexpText.join(pattern: ByteString(octets), flags: ByteString(flags))
      // The inner one of two counts.
      while true {
        let inner = text.withUnsafeBytes { RegexpText.split($0) }.pattern
        guard inner.withUnsafeBytes({ RegexpText.split($0).pattern }) != inner else { break }
        text = inner.bytes
      }
      return ["t": "regexp" as NSString, "text": Hexadecimal.encode(ByteString(text)) as NSString]
    }
  }
}
