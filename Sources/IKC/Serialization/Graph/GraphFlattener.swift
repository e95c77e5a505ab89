/// Makes a value of a graph. What is shared is made once, and counted as often as it occurs.
///
/// It does not call itself: graphs come from peers, and threads have stacks of all sizes.
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

  /// A node that is being made.
  private struct Level {
    let index: Int
    let content: ValueGraph.Content
    /// How many parts it has, and how deep they are.
    let count: Int
    let depth: Int
    /// Whether it is a tied scalar or element, which has no place of its own.
    var isTie = false
    /// What becomes of it where it is held.
    var isWeak = false
    var isOverloaded = false
    var values: [Value] = []
    var whole = Part(value: .undef)
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
  private var levels: [Level] = []

  /// Reads `graph` as far as `maximumDepth` levels, and refuses where parts are repeated too often if `isBounded`
  /// says so: 2^20 parts, and 16 for each node.
  init(_ graph: ValueGraph, maximumDepth: Int, isBounded: Bool = false) {
    self.graph = graph
    self.maximumDepth = maximumDepth
    budget = isBounded ? (1 << 20) + 16 * graph.nodes.count : nil
    places = Array(repeating: 0, count: graph.nodes.count)
  }

  /// A reference to the node.
  mutating func value(_ node: Int) throws(IKCError) -> Value {
    if let known = try reference(to: node, depth: 0) { return known.value }
    while !levels.isEmpty {
      let last = levels.count - 1
      // Not copied: what is held twice would be copied with the next value.
      let next = levels[last].values.count
      guard next < levels[last].count else {
        let part = try finish(levels.removeLast())
        if levels.isEmpty { return part.value }
        hold(part)
        continue
      }
      try part(next, of: last).map { hold($0) }
    }
    throw Self.cycle
  }

  /// Adds a part to the node that is being made.
  private mutating func hold(_ part: Part) {
    levels[levels.count - 1].whole.hold(part)
    levels[levels.count - 1].values.append(part.value)
  }

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

  // MARK: What begins

  /// What an array or hash holds where it holds the node; nil where that has to be made first.
  private mutating func variable(_ index: Int, depth: Int) throws(IKCError) -> Part? {
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
      return try reference(to: target, depth: depth + 1, isWeak: isWeak, isOverloaded: isOverloaded)
    case .tied(.scalar, _), .tiedKey, .tiedIndex: return try tie(index, node, depth: depth + 1)
    case .array, .hash, .regexp, .tied, .hook: return try reference(to: index, depth: depth + 1)
    }
  }

  private static func text(_ octets: ByteString) -> Value {
    octets.text.map { .string($0) } ?? .special(.malformedText(octets))
  }

  /// A reference to the node; nil where that has to be made first.
  private mutating func reference(
    to index: Int, depth: Int, isWeak: Bool = false, isOverloaded: Bool = false
  ) throws(IKCError) -> Part? {
    try check(depth: depth)
    let node = try graph.node(index)
    switch places[index] {
    case 0: places[index] = Self.isOpen
    case Self.isOpen: throw Self.cycle
    case let place:
      let part = try again(parts[Int(place) - 1], depth: depth)
      return Self.marked(part, isWeak: isWeak, isOverloaded: isOverloaded)
    }
    begin(
      Level(
        index: index, content: node.content, count: Self.count(of: node.content), depth: depth, isWeak: isWeak,
        isOverloaded: isOverloaded))
    return nil
  }

  /// The node is made once its parts are there.
  private mutating func begin(_ level: Level) {
    levels.append(level)
    levels[levels.count - 1].values.reserveCapacity(level.count)
  }

  private static func marked(_ part: Part, isWeak: Bool, isOverloaded: Bool) -> Part {
    var part = part
    if isOverloaded { part.value.markOverloaded() }
    if isWeak { part.value = .special(.weak(part.value)) }
    return part
  }

  /// A tied scalar, or an element of a tied array or hash; nil where that has to be made first.
  private mutating func tie(_ index: Int, _ node: ValueGraph.Node, depth: Int) throws(IKCError) -> Part? {
    try check(depth: depth)
    if let known = ties[index] {
      guard let known else { throw Self.cycle }
      return try again(known, depth: depth)
    }
    ties[index] = .some(nil)
    let count = if case .tiedKey = node.content { 2 } else { 1 }
    begin(Level(index: index, content: node.content, count: count, depth: depth, isTie: true))
    return nil
  }

  private static func count(of content: ValueGraph.Content) -> Int {
    switch content {
    case .array(let elements): elements.count
    case .hash(let elements, _): elements.count
    case .regexp: 0
    case .hook(let hook): hook.references.count + (hook.tie == nil ? 0 : 1)
    default: 1
    }
  }

  /// A part of the node that is made at that level; nil where it has to be made first.
  private mutating func part(_ number: Int, of level: Int) throws(IKCError) -> Part? {
    let depth = levels[level].depth
    switch (levels[level].content, isTie: levels[level].isTie) {
    case (.array(let elements), _): return try element(elements[number], depth: depth)
    case (.hash(let elements, _), _):
      return try element(elements[number].isPlaceholder ? nil : elements[number].node, depth: depth)
    case (.hook(let hook), _):
      if let tie = hook.tie, number == 0 { return try variable(tie, depth: depth) }
      return try reference(to: hook.references[number - (hook.tie == nil ? 0 : 1)], depth: depth + 1)
    case (.tied(let kind, let object), let isTie) where kind != .scalar || isTie:
      return try variable(object, depth: depth)
    case (.tiedKey(let object, let key), isTie: true): return try variable(number == 0 ? object : key, depth: depth)
    case (.tiedIndex(let object, _), isTie: true): return try variable(object, depth: depth)
    default: return try variable(levels[level].index, depth: depth)
    }
  }

  /// An element; one that does not exist counts for nothing.
  private mutating func element(_ index: Int?, depth: Int) throws(IKCError) -> Part? {
    if let index { return try variable(index, depth: depth) }
    levels[levels.count - 1].values.append(.undef)
    return nil
  }

  // MARK: What is complete

  /// The node, all pieces of which are there.
  private mutating func finish(_ level: Level) throws(IKCError) -> Part {
    let node = try graph.node(level.index)
    var part = level.whole
    if level.isTie {
      part.value = Self.tie(node.content, level.values)
      ties[level.index] = .some(part)
      return part
    }
    part.value = Self.value(of: node, level.values)
    parts.append(part)
    places[level.index] = Int32(truncatingIfNeeded: parts.count)
    return Self.marked(part, isWeak: level.isWeak, isOverloaded: level.isOverloaded)
  }

  private static func tie(_ content: ValueGraph.Content, _ values: [Value]) -> Value {
    switch content {
    case .tiedKey: .special(.tiedElement(Value.TiedElement(object: values[0], selector: .key(values[1]))))
    case .tiedIndex(_, let index):
      .special(.tiedElement(Value.TiedElement(object: values[0], selector: .index(index))))
    default: .special(.tied(Value.Tied(kind: .scalar, object: values[0])))
    }
  }

  private static func value(of node: ValueGraph.Node, _ values: [Value]) -> Value {
    let value: Value
    switch node.content {
    case .regexp(let pattern, let flags):
      var regexp = Value.Regexp(pattern: pattern, flags: flags)
      regexp.className = node.className ?? "Regexp"
      return .special(.regexp(regexp))
    case .hook(let hook): return .special(.hook(Self.hook(hook, node.className ?? "", values)))
    case .array: value = .array(values)
    case .hash(let elements, _):
      var hash = Value.Hash(minimumCapacity: elements.count)
      for (element, value) in zip(elements, values) where !element.isPlaceholder { hash[element.key] = value }
      value = .hash(hash)
    case .tied(let kind, _) where kind != .scalar:
      value = .special(.tied(Value.Tied(kind: kind, object: values[0])))
    default: value = .reference(values[0])
    }
    return node.className.map { .special(.object(Value.Object(className: $0, content: value))) } ?? value
  }

  private static func hook(_ hook: ValueGraph.Hook, _ className: ByteString, _ values: [Value]) -> Value.Hook {
    let base: Value.Hook.Base =
      switch hook.kind {
      case _ where hook.tie != nil: .tied(hook.kind, values[0])
      case .scalar: .scalar
      case .array: .array
      case .hash: .hash
      }
    return Value.Hook(
      className: className, base: base, frozen: hook.frozen,
      references: Array(values.dropFirst(hook.tie == nil ? 0 : 1)))
  }
}
