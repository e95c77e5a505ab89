internal import Foundation
import IKC
internal import Yams

/// Makes values of the nodes that Yams has read.
struct DocumentReader {
  /// An anchor's value, and its weight, or nothing while the value is being read.
  private enum Target {
    case unfinished
    case value(Value, weight: Int)
  }

  /// YAML.pm's name for the key `=`.
  private static let valueKey = Array("\u{7}YAML\u{7}VALUE\u{7}".utf8)
  /// How much may be repeated by aliases: elements, and text by the 64 bytes.
  private static let maximumWeight = 1 << 20
  /// Deeper nesting is read on a stack that surely has room for it.
  private static let depthOnAnyStack = 200

  private let disguise: Disguise
  private let keepsClasses: Bool
  private var anchors: [String: Target] = [:]
  private var repeated = 0

  private init(_ disguise: Disguise, keepsClasses: Bool) {
    self.disguise = disguise
    self.keepsClasses = keepsClasses
  }

  /// The value of the last document.
  static func read(_ disguise: Disguise, keepsClasses: Bool) throws(IKCError) -> Value {
    let read = { @Sendable () -> Result<Value, IKCError> in
      Result { () throws(IKCError) in try documents(disguise, keepsClasses: keepsClasses) }
    }
    // Yams calls itself for each level; libyaml allows a thousand of them.
    return try (disguise.depthLimit <= depthOnAnyStack ? read() : DeepStack.run(read)).get()
  }

  private static func documents(_ disguise: Disguise, keepsClasses: Bool) throws(IKCError) -> Value {
    do {
      let parser = try Parser(
        yaml: String(decoding: disguise.text, as: UTF8.self), resolver: .basic, encoding: .utf8)
      var last = Value.undef
      while let root = try parser.nextRoot() {
        var reader = DocumentReader(disguise, keepsClasses: keepsClasses)
        last = try reader.value(root, depth: 0).value
      }
      // Nodes refer to their anchors weakly; the parser holds them.
      withExtendedLifetime(parser) {}
      return last
    } catch let error as IKCError {
      throw error
    } catch let error as YamlError {
      throw .yaml(error)
    } catch {
      throw .yaml("can't be read: \(error)")
    }
  }

  /// The value of a node, and how much there is of it.
  private mutating func value(_ node: Node, depth: Int) throws(IKCError) -> (value: Value, weight: Int) {
    guard depth <= YAMLSerializer.maximumDepth else {
      throw .yaml("is nested deeper than \(YAMLSerializer.maximumDepth)")
    }
    let anchor = node.anchor?.rawValue
    if let anchor { anchors[anchor] = .unfinished }
    var result: (value: Value, weight: Int)
    switch node {
    case .scalar(let scalar): result = try value(scalar)
    case .sequence(let sequence): result = try value(sequence, depth: depth)
    case .mapping(let mapping): result = try value(mapping, depth: depth)
    case .alias: throw .yaml("has an alias in a place where there can be none")
    }
    result.weight += 1
    if let anchor { anchors[anchor] = .value(result.value, weight: result.weight) }
    return result
  }

  // MARK: Scalars

  private mutating func value(_ scalar: Node.Scalar) throws(IKCError) -> (value: Value, weight: Int) {
    if scalar.style == .plain, let name = disguise.alias(scalar.string) {
      return try value(alias: name, line: scalar.mark?.line)
    }
    let tag = tag(scalar.tag)
    guard scalar.style != .plain || tag != nil || !Self.isUndef(scalar.string) else { return (.undef, 0) }
    let octets = text(scalar)
    let weight = octets.count / 64
    switch tag?.kind {
    case .code?: throw .yaml("holds code, which is never read", line: scalar.mark?.line)
    case .glob?: throw .yaml("holds a glob, which is never read", line: scalar.mark?.line)
    case .ref?: throw .yaml("has a reference to nothing", line: scalar.mark?.line)
    case .regexp?:
      var regexp = PerlPattern(octets).regexp
      if keepsClasses, let name = tag?.className { regexp.className = name }
      return (.special(.regexp(regexp)), weight)
    case .scalar?:
      guard let name = tag?.className else { return (.bytes(ByteString(octets)), weight) }
      let content = scalar.style == .plain && octets == [0x7E] ? Value.undef : .bytes(ByteString(octets))
      return (object(name, .reference(content)), weight)
    case .hash?, .array?, nil: return (.bytes(ByteString(octets)), weight)
    }
  }

  private static func isUndef(_ plain: String) -> Bool { plain == "~" || plain.isEmpty }

  private func text(_ scalar: Node.Scalar) -> [UInt8] {
    // A block without lines is an empty line to YAML.pm.
    if scalar.style == .literal, scalar.string.isEmpty { return [0x0A] }
    let octets = disguise.octets(of: scalar.string)
    return scalar.style == .doubleQuoted ? Escapes.resolve(octets) : octets
  }

  private mutating func value(alias name: String, line: Int?) throws(IKCError) -> (value: Value, weight: Int) {
    switch anchors[name] {
    case .value(let value, let weight)?:
      repeated += weight
      guard repeated <= Self.maximumWeight else {
        throw .yaml("repeats more than \(Self.maximumWeight) elements by aliases", line: line)
      }
      return (value, weight)
    case .unfinished?: throw .yaml("holds a cycle, which a plain value can't", line: line)
    case nil: throw .yaml("has an alias for an anchor that was not given before", line: line)
    }
  }

  // MARK: Containers

  private mutating func value(_ sequence: Node.Sequence, depth: Int) throws(IKCError) -> (value: Value, weight: Int) {
    var elements: [Value] = []
    elements.reserveCapacity(sequence.count)
    var weight = 0
    for node in sequence {
      let element = try value(node, depth: depth + 1)
      elements.append(element.value)
      weight += element.weight
    }
    let tag = tag(sequence.tag)
    try refuse(tag, line: sequence.mark?.line)
    let value = Value.array(elements)
    return (tag?.className.map { object($0, value) } ?? value, weight)
  }

  private mutating func value(_ mapping: Node.Mapping, depth: Int) throws(IKCError) -> (value: Value, weight: Int) {
    let tag = tag(mapping.tag)
    try refuse(tag, line: mapping.mark?.line)
    if tag?.kind == .ref { return try reference(mapping, tag, depth: depth) }
    var hash = Value.Hash(minimumCapacity: mapping.count)
    var weight = 0
    for (key, node) in mapping {
      let octets = try self.key(key)
      let element = try value(node, depth: depth + 1)
      weight += element.weight + 1 + octets.count / 64
      let key = Value.Hash.Key(ByteString(octets))
      // Of keys that are written in two ways the first counts, as for YAML.pm.
      if hash[key] == nil { hash[key] = element.value }
    }
    let value = Value.hash(hash)
    return (tag?.className.map { object($0, value) } ?? value, weight)
  }

  private mutating func key(_ node: Node) throws(IKCError) -> [UInt8] {
    guard case .scalar(let scalar) = node else {
      throw .yaml("has a key that is no scalar", line: node.mark?.line)
    }
    if scalar.style == .plain, scalar.string == "=" { return Self.valueKey }
    switch try value(node, depth: 0).value {
    case .bytes(let bytes): return bytes.bytes
    case .undef: return []
    default: throw .yaml("has a key that is no string", line: scalar.mark?.line)
    }
  }

  private mutating func reference(
    _ mapping: Node.Mapping, _ tag: PerlTag?, depth: Int
  ) throws(IKCError) -> (value: Value, weight: Int) {
    guard let (key, node) = mapping.first, mapping.count == 1, try self.key(key) == Self.valueKey else {
      throw .yaml("has a reference to nothing", line: mapping.mark?.line)
    }
    let target = try value(node, depth: depth + 1)
    let value = Value.reference(target.value)
    return (tag?.className.map { object($0, value) } ?? value, target.weight)
  }

  // MARK: Tags

  private func tag(_ tag: Tag) -> PerlTag? {
    let name = tag.rawValue
    return name.isEmpty || name == Tag.Name.str.rawValue ? nil : PerlTag(disguise.octets(of: name))
  }

  /// Tags that stand at scalars only, or at what is never read.
  private func refuse(_ tag: PerlTag?, line: Int?) throws(IKCError) {
    switch tag?.kind {
    case .code?: throw .yaml("holds code, which is never read", line: line)
    case .glob?: throw .yaml("holds a glob, which is never read", line: line)
    case .regexp?: throw .yaml("has a regular expression that is no string", line: line)
    default: break
    }
  }

  private func object(_ className: ByteString, _ content: Value) -> Value {
    keepsClasses ? .special(.object(Value.Object(className: className, content: content))) : content
  }
}

extension IKCError {
  /// What Yams has found.
  fileprivate static func yaml(_ error: YamlError) -> IKCError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      .yaml("can't be read: \(problem)", line: mark.line)
    case .reader(let problem, _, _, _): .yaml("can't be read: \(problem)")
    case .duplicatedKeysInMapping(_, let context):
      .yaml("has two equal keys in one hash", line: context.mark.line)
    default: .yaml("can't be read")
    }
  }
}
