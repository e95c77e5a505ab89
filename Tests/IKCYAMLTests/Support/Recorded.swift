import Foundation
import IKC
import IKCYAML
import Testing

/// What was recorded from the real YAML.pm; the files are those of the library's own tests.
enum Recorded {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("IKCTests/Fixtures")

  static func lines(_ name: String) -> [[String: Any]] {
    guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  static func object(_ name: String) -> [String: Any]? {
    guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else { return nil }
    return try? JSONSerialization.jsonObject(with: data) as? [String: Any]
  }

  /// Tagged JSON of a described value, for `Value(described:)`; JSON objects can't be sent to other tasks.
  static func description(_ tree: Any?) -> String? {
    guard let tree, let data = try? JSONSerialization.data(withJSONObject: tree) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  static func bytes(_ hexadecimal: Any?) -> [UInt8] {
    var rest = ((hexadecimal as? String) ?? "")[...]
    var bytes: [UInt8] = []
    while !rest.isEmpty {
      bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}

extension Value {
  /// The value that tagged JSON describes, which need not be a reference; throws on cycles.
  init(described text: String) throws {
    let wrapped = Array(#"{"t":"array","v":[\#(text)]}"#.utf8)
    let graph = try wrapped.withUnsafeBytes { try ValueGraph(taggedJSON: $0) }
    self = try #require(try graph.value()[0])
  }

  /// The value that a document holds.
  init(yaml bytes: [UInt8], keepsClasses: Bool = false) throws {
    self = try bytes.withUnsafeBytes { try YAMLSerializer(keepsClasses: keepsClasses).decode($0) }
  }

  /// The value that a document holds.
  init(yaml text: String, keepsClasses: Bool = false) throws {
    try self.init(yaml: Array(text.utf8), keepsClasses: keepsClasses)
  }

  /// The document that the value becomes.
  var yaml: String { get throws { String(decoding: try YAMLSerializer().encode(self), as: UTF8.self) } }
}
