/// Makes a graph of a value.
///
/// It does not call itself: values come from peers as well, and threads have stacks of all sizes.
struct GraphBuilder {
  /// A value whose node is made once those of its parts are there.
  private enum Making {
    /// The node of its only part is its own.
    case variable(Value)
    case referent(Value)
    case array([Value])
    case hash(Value.Hash)
    case object(Value.Object)
    case tied(Value.Tied)
    case tiedElement(Value.TiedElement)
    case hook(Value.Hook)
  }

  /// Where a referent stands: by itself, or in a variable that refers to it.
  private enum Holder {
    case none
    case reference(isWeak: Bool, isOverloaded: Bool)
  }

  private struct Level {
    let making: Making
    let holder: Holder
    /// How many parts it has, and how deep they are.
    let count: Int
    let depth: Int
    /// Where the nodes of its parts begin in `made`.
    let start: Int
  }

  private let maximumDepth: Int
  private let maximumCount: Int
  private(set) var nodes: [ValueGraph.Node] = []
  private var levels: [Level] = []
  /// The nodes of parts whose values are still being made.
  private var made: [Int] = []

  init(maximumDepth: Int, maximumCount: Int) {
    self.maximumDepth = maximumDepth
    self.maximumCount = maximumCount
  }

  /// Adds the nodes of what the value, a reference, refers to, those of its parts first; gives its own.
  mutating func build(_ value: Value) throws(IKCError) -> Int {
    if let node = try referent(value, depth: 0, in: .none) { return node }
    while let level = levels.last {
      let next = made.count - level.start
      let node: Int?
      if next == level.count {
        levels.removeLast()
        let complete = try finish(level)
        made.removeSubrange(level.start...)
        if levels.isEmpty { return complete }
        node = complete
      } else {
        node = try part(next, of: level)
      }
      if let node { made.append(node) }
    }
    throw .unstorable("a value without a root")
  }

  private mutating func add(_ content: ValueGraph.Content) throws(IKCError) -> Int {
    guard nodes.count < maximumCount else {
      throw IKCError(.cannotEncode, "A graph can't have more than \(maximumCount) nodes here")
    }
    nodes.append(ValueGraph.Node(content))
    return nodes.count - 1
  }

  /// The node is made once those of the parts are there.
  private mutating func begin(_ making: Making, count: Int = 1, depth: Int, in holder: Holder = .none) -> Int? {
    levels.append(Level(making: making, holder: holder, count: count, depth: depth, start: made.count))
    return nil
  }

  // MARK: What begins

  /// A variable that holds the value; nil where others have to be made first.
  private mutating func variable(_ value: Value, depth: Int) throws(IKCError) -> Int? {
    switch value {
    case .undef: return try add(.undef)
    case .bool(let flag): return try add(.bool(flag))
    case .int(let number): return try add(.int(number))
    case .uint(let number): return try add(.uint(number))
    case .double(let number): return try add(.double(number))
    case .bytes(let octets): return try add(.bytes(octets))
    case .string(let text):
      let octets = ByteString(text)
      return try add(octets.isASCII ? .bytes(octets) : .text(octets))
    case .special(.malformedText(let octets)): return try add(.text(octets))
    case .special(.version(let version)): return try self.version(version)
    case .special(.tied(let tied)) where tied.kind == .scalar: return begin(.tied(tied), depth: depth + 1)
    case .special(.tiedElement(let element)):
      if case .key = element.selector { return begin(.tiedElement(element), count: 2, depth: depth + 1) }
      return begin(.tiedElement(element), depth: depth + 1)
    case .special(.weak(let value)):
      return try referent(value, depth: depth + 1, in: .reference(isWeak: true, isOverloaded: value.isOverloaded))
    default:
      return try referent(value, depth: depth + 1, in: .reference(isWeak: false, isOverloaded: value.isOverloaded))
    }
  }

  private mutating func version(_ version: Value.Version) throws(IKCError) -> Int {
    switch version.value {
    case .bytes(let octets), .special(.malformedText(let octets)):
      return try add(.version(literal: version.literal, octets: octets, isText: false))
    case .string(let text):
      return try add(.version(literal: version.literal, octets: ByteString(text), isText: true))
    default: throw .unstorable("a version that is no string")
    }
  }

  /// What the value, a reference, refers to, or the variable that holds it; nil where others have to be made first.
  private mutating func referent(_ value: Value, depth: Int, in holder: Holder) throws(IKCError) -> Int? {
    guard depth <= maximumDepth else {
      throw IKCError(.cannotEncode, "A graph can't be nested deeper than \(maximumDepth / 2) containers here")
    }
    switch value {
    case .array(let elements): return begin(.array(elements), count: elements.count, depth: depth + 1, in: holder)
    case .hash(let elements): return begin(.hash(elements), count: elements.count, depth: depth + 1, in: holder)
    case .reference(let target): return begin(.variable(target), depth: depth + 1, in: holder)
    case .special(.object(let object)): return begin(.object(object), depth: depth + 1, in: holder)
    case .special(.regexp(let regexp)):
      let node = try add(.regexp(pattern: regexp.pattern, flags: regexp.flags))
      nodes[node].className = regexp.className
      return try hold(node, in: holder)
    case .special(.tied(let tied)) where tied.kind != .scalar: return begin(.tied(tied), depth: depth + 1, in: holder)
    case .special(.weak(let value)): return begin(.referent(value), depth: depth + 1, in: holder)
    case .special(.hook(let hook)):
      var count = hook.references.count
      if case .tied = hook.base { count += 1 }
      return begin(.hook(hook), count: count, depth: depth + 1, in: holder)
    default: throw .unstorable("a value that is no reference as the root of an image or object")
    }
  }

  /// The node of a part; nil where others have to be made first.
  private mutating func part(_ index: Int, of level: Level) throws(IKCError) -> Int? {
    let depth = level.depth
    switch level.making {
    case .variable(let value): return try variable(value, depth: depth)
    case .referent(let value): return try referent(value, depth: depth, in: .none)
    case .array(let elements): return try variable(elements[index], depth: depth)
    case .hash(let elements): return try variable(elements.storage.unsafelyUnwrapped[index].value, depth: depth)
    case .object(let object): return try referent(object.content, depth: depth, in: .none)
    case .tied(let tied): return try variable(tied.object, depth: depth)
    case .tiedElement(let element):
      if index == 1, case .key(let key) = element.selector { return try variable(key, depth: depth) }
      return try variable(element.object, depth: depth)
    case .hook(let hook):
      if case .tied(_, let object) = hook.base, index == hook.references.count {
        return try variable(object, depth: depth)
      }
      return try referent(hook.references[index], depth: depth, in: .none)
    }
  }

  // MARK: What is complete

  private mutating func hold(_ node: Int, in holder: Holder) throws(IKCError) -> Int {
    guard case .reference(let isWeak, let isOverloaded) = holder else { return node }
    return try add(.reference(to: node, isWeak: isWeak, isOverloaded: isOverloaded))
  }

  /// The node, all parts of which are there.
  private mutating func finish(_ level: Level) throws(IKCError) -> Int {
    let parts = made[level.start...]
    let node: Int
    switch level.making {
    case .variable, .referent: node = parts[level.start]
    case .array: node = try add(.array(Array(parts)))
    case .hash(let elements):
      let slots = zip(elements, parts).map { ValueGraph.Element(key: $0.key, node: $1) }
      node = try add(.hash(slots, isRestricted: false))
    case .object(let object):
      node = parts[level.start]
      nodes[node].className = object.className
    case .tied(let tied): node = try add(.tied(tied.kind, by: parts[level.start]))
    case .tiedElement(let element):
      switch element.selector {
      case .key: node = try add(.tiedKey(of: parts[level.start], key: parts[level.start + 1]))
      case .index(let index): node = try add(.tiedIndex(of: parts[level.start], index: index))
      }
    case .hook(let hook): node = try self.hook(hook, parts)
    }
    return try hold(node, in: level.holder)
  }

  private mutating func hook(_ hook: Value.Hook, _ parts: ArraySlice<Int>) throws(IKCError) -> Int {
    let kind: Value.Tied.Kind
    var tie: Int?
    switch hook.base {
    case .scalar: kind = .scalar
    case .array: kind = .array
    case .hash: kind = .hash
    case .tied(let tied, _):
      kind = tied
      tie = parts.last
    }
    let references = Array(parts.prefix(hook.references.count))
    let node = try add(.hook(ValueGraph.Hook(kind: kind, frozen: hook.frozen, references: references, tie: tie)))
    nodes[node].className = hook.className
    return node
  }
}
