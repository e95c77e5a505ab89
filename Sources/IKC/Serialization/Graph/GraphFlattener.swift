/// Makes a value of a graph. What is shared is made once, and counted as often as it occurs.
struct GraphFlattener {
  /// A value, how many levels it has and how many parts.
  private struct Part {
    var value: Value
    var height = 0
    var weight = 1

    /// What holds the parts that were added to it.
    mutating func hold(_ part: Part) {
      height = max(height, part.height + 1)
      let (sum, isTooLarge) = weight.addingReportingOverflow(part.weight)
      weight = isTooLarge ? .max : sum
    }
  }

  private static let isOpen: Int32 = -1

  private let graph: ValueGraph
  private let maximumDepth: Int
  /// How many more parts may be repeated; nil for any number, which costs nothing until someone goes through them.
  private var budget: Int?
  /// By node: its place in `parts` plus one, once a reference to it was made.
  private var places: [Int32]
  private var parts: [Part] = []
  /// The same for tied scalars; nil while one is being made.
  private var ties: [Int: Part?] = [:]

  /// Reads `graph` as far as `maximumDepth` levels, and refuses where parts are repeated too often if `isBounded`
  /// says so: 2^20 parts, and 16 for each node.
  init(_ graph: ValueGraph, maximumDepth: Int, isBounded: Bool = false) {
    self.graph = graph
    self.maximumDepth = maximumDepth
    budget = isBounded ? (1 << 20) + 16 * graph.nodes.count : nil
    places = Array(repeating: 0, count: graph.nodes.count)
  }

  /// A reference to the node.
  mutating func value(_ node: Int) throws(IKCError) -> Value { try reference(to: node, depth: 0).value }

  private static var cycle: IKCError {
    IKCError(.cannotDecode, "The graph holds a cycle, which a plain value can't")
  }

  private func check(depth: Int) throws(IKCError) {
    if depth > maximumDepth {
      throw IKCError(.cannotDecode, "The graph is nested deeper than \(maximumDepth) containers and references")
    }
  }

  /// The same part once more.
  private mutating func again(_ part: Part, depth: Int) throws(IKCError) -> Part {
    try check(depth: depth + part.height)
    guard let left = budget else { return part }
    guard part.weight <= left else { throw IKCError(.cannotDecode, "The graph repeats parts of itself too often") }
    budget = left - part.weight
    return part
  }

  /// What an array or hash holds where it holds the node.
  private mutating func variable(_ index: Int, depth: Int) throws(IKCError) -> Part {
    let node = try graph.node(index)
    switch node.content {
    case .undef, .immortal(nil): return Part(value: .undef)
    case .bool(let flag), .immortal(let flag?): return Part(value: .bool(flag))
    case .int(let number): return Part(value: .int(number))
    case .uint(let number): return Part(value: .uint(number))
    case .double(let number): return Part(value: .double(number))
    case .bytes(let octets): return Part(value: .bytes(octets))
    case .text(let octets): return Part(value: Self.text(octets))
    case .version(let literal, let octets, let isText):
      let value = isText ? Self.text(octets) : .bytes(octets)
      return Part(value: .special(.version(Value.Version(literal: literal, value: value))))
    case .reference(let target, let isWeak, let isOverloaded):
      var part = try reference(to: target, depth: depth + 1)
      if isOverloaded { part.value.markOverloaded() }
      if isWeak { part.value = .special(.weak(part.value)) }
      return part
    case .tied(.scalar, _), .tiedKey, .tiedIndex: return try tie(index, node, depth: depth + 1)
    case .array, .hash, .regexp, .tied, .hook: return try reference(to: index, depth: depth + 1)
    }
  }

  private static func text(_ octets: ByteString) -> Value {
    octets.text.map { .string($0) } ?? .special(.malformedText(octets))
  }

  private mutating func reference(to index: Int, depth: Int) throws(IKCError) -> Part {
    try check(depth: depth)
    let node = try graph.node(index)
    switch places[index] {
    case 0: places[index] = Self.isOpen
    case Self.isOpen: throw Self.cycle
    case let place: return try again(parts[Int(place) - 1], depth: depth)
    }
    var part = try content(of: node, index, depth: depth)
    switch part.value {
    case .special(.regexp(var regexp)):
      regexp.className = node.className ?? "Regexp"
      part.value = .special(.regexp(regexp))
    case .special(.hook): break
    default:
      if let name = node.className {
        part.value = .special(.object(Value.Object(className: name, content: part.value)))
      }
    }
    parts.append(part)
    places[index] = Int32(truncatingIfNeeded: parts.count)
    return part
  }

  private mutating func content(of node: ValueGraph.Node, _ index: Int, depth: Int) throws(IKCError) -> Part {
    var whole = Part(value: .undef)
    switch node.content {
    case .array(let elements):
      var values: [Value] = []
      values.reserveCapacity(elements.count)
      for element in elements {
        let part = if let element { try variable(element, depth: depth) } else { Part(value: .undef) }
        whole.hold(part)
        values.append(part.value)
      }
      whole.value = .array(values)
    case .hash(let elements, _):
      var hash = Value.Hash(minimumCapacity: elements.count)
      for element in elements where !element.isPlaceholder {
        let part = try variable(element.node, depth: depth)
        whole.hold(part)
        hash[element.key] = part.value
      }
      whole.value = .hash(hash)
    case .regexp(let pattern, let flags):
      whole.value = .special(.regexp(Value.Regexp(pattern: pattern, flags: flags)))
    case .tied(let kind, let object) where kind != .scalar:
      let part = try variable(object, depth: depth)
      whole.hold(part)
      whole.value = .special(.tied(Value.Tied(kind: kind, object: part.value)))
    case .hook(let hook): whole = try self.hook(hook, node.className ?? "", depth: depth)
    default:
      let part = try variable(index, depth: depth)
      whole.hold(part)
      whole.value = .reference(part.value)
    }
    return whole
  }

  /// A tied scalar, or an element of a tied array or hash.
  private mutating func tie(_ index: Int, _ node: ValueGraph.Node, depth: Int) throws(IKCError) -> Part {
    try check(depth: depth)
    if let known = ties[index] {
      guard let known else { throw Self.cycle }
      return try again(known, depth: depth)
    }
    ties[index] = .some(nil)
    var whole = Part(value: .undef)
    switch node.content {
    case .tied(_, let object):
      let part = try variable(object, depth: depth)
      whole.hold(part)
      whole.value = .special(.tied(Value.Tied(kind: .scalar, object: part.value)))
    case .tiedKey(let object, let key):
      let part = try variable(object, depth: depth)
      let key = try variable(key, depth: depth)
      whole.hold(part)
      whole.hold(key)
      whole.value = .special(.tiedElement(Value.TiedElement(object: part.value, selector: .key(key.value))))
    case .tiedIndex(let object, let index):
      let part = try variable(object, depth: depth)
      whole.hold(part)
      whole.value = .special(.tiedElement(Value.TiedElement(object: part.value, selector: .index(index))))
    default: break
    }
    ties[index] = .some(whole)
    return whole
  }

  private mutating func hook(
    _ hook: ValueGraph.Hook, _ className: ByteString, depth: Int
  ) throws(IKCError) -> Part {
    var whole = Part(value: .undef)
    var base: Value.Hook.Base
    switch hook.kind {
    case .scalar: base = .scalar
    case .array: base = .array
    case .hash: base = .hash
    }
    if let tie = hook.tie {
      let part = try variable(tie, depth: depth)
      whole.hold(part)
      base = .tied(hook.kind, part.value)
    }
    var references: [Value] = []
    for target in hook.references {
      let part = try reference(to: target, depth: depth + 1)
      whole.hold(part)
      references.append(part.value)
    }
    whole.value = .special(
      .hook(Value.Hook(className: className, base: base, frozen: hook.frozen, references: references)))
    return whole
  }
}
