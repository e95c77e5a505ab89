import Foundation
import Testing

@testable import IKC

/// One line of `storable.jsonl`.
struct StorableFixture: Sendable, CustomTestStringConvertible {
  let name: String
  let kind: String
  /// What was frozen, as tagged JSON.
  let value: Data
  let portable: [UInt8]
  let native: [UInt8]
  /// The same with sorted keys.
  let canonicalPortable: [UInt8]
  let canonicalNative: [UInt8]
  /// What Perl makes of the images, as tagged JSON.
  let thawedPortable: Data
  let thawedNative: Data

  var testDescription: String { name }

  /// Whether the image has a hook's own form, and the value the object that Perl makes of it.
  var holdsHook: Bool {
    kind == "hook" && portable.contains(19) && !["hook-ft-in-array", "hook-returns-nothing"].contains(name)
  }

  /// Whether the image says of a class that it overloads, which the description does not.
  var holdsOverloading: Bool {
    get throws {
      try portable.thawedGraph().nodes.contains {
        if case .reference(_, _, isOverloaded: true) = $0.content { true } else { false }
      }
    }
  }

  static let all: [StorableFixture] = Fixture.lines("storable.jsonl").map { line in
    let portable = Fixture.bytes(line["nfreeze"]) ?? []
    let native = Fixture.bytes(line["freeze"]) ?? []
    let value = Fixture.data(line["value"]) ?? Data()
    return StorableFixture(
      name: line["name"] as? String ?? "", kind: line["kind"] as? String ?? "", value: value,
      portable: portable, native: native,
      canonicalPortable: Fixture.bytes(line["nfreeze_canonical"]) ?? portable,
      canonicalNative: Fixture.bytes(line["freeze_canonical"]) ?? native,
      thawedPortable: Fixture.data(line["thawed_nfreeze"]) ?? value,
      thawedNative: Fixture.data(line["thawed_freeze"]) ?? value)
  }
}

/// Tagged JSON, compared without regard to the order of members.
struct Tagged: Equatable, CustomStringConvertible {
  let tree: NSObject

  init(_ bytes: some Sequence<UInt8>) throws {
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    tree = try #require(object as? NSObject)
  }

  private init(tree: NSObject) { self.tree = tree }

  /// Without what the recorded form of tied elements leaves out.
  var withoutTiedDetails: Tagged {
    Tagged(tree: Self.map(tree) { $0["t"] as? String == "tied_elem" ? ["t": "tied_elem" as NSString] : $0 })
  }

  /// With `change` made to every object, the inner ones first.
  func mapped(_ change: ([String: NSObject]) -> [String: NSObject]) -> Tagged { Tagged(tree: Self.map(tree, change)) }

  private static func map(_ tree: NSObject, _ change: ([String: NSObject]) -> [String: NSObject]) -> NSObject {
    switch tree {
    case let object as [String: NSObject]: change(object.mapValues { map($0, change) }) as NSDictionary
    case let array as [NSObject]: array.map { map($0, change) } as NSArray
    default: tree
    }
  }

  var description: String {
    let data = try? JSONSerialization.data(withJSONObject: tree, options: [.sortedKeys])
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}

extension [UInt8] {
  /// The value that a Storable image holds.
  func thawed() throws -> Value {
    let image = self
    return try image.withUnsafeBytes { try StorableSerializer().decode($0) }
  }

  /// The graph that a Storable image holds.
  func thawedGraph() throws -> ValueGraph {
    let image = self
    return try image.withUnsafeBytes { try ValueGraph(storable: $0) }
  }

  /// The graph that tagged JSON describes.
  func taggedGraph() throws -> ValueGraph {
    let text = self
    return try text.withUnsafeBytes { try ValueGraph(taggedJSON: $0) }
  }
}
