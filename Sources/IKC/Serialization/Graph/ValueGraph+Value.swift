extension ValueGraph {
  /// How many nodes a value may become. What a value holds twice becomes two nodes.
  static let maximumCount = 1 << 24

  /// The graph of a plain value, which has to be a reference. Throws `cannotEncode` on any other, and
  /// where the value is nested deeper than 1,000 or has more than 16,777,216 parts.
  public init(_ value: Value) throws(IKCError) {
    var builder = GraphBuilder()
    let root = try builder.referent(value, depth: 0)
    self.init(nodes: builder.nodes, root: root)
  }

  /// The graph as a plain value; what is shared is held in common. Throws `cannotDecode` on a cycle,
  /// and where it is nested deeper than 1,000.
  public func value() throws(IKCError) -> Value {
    var flattener = GraphFlattener(self)
    return try flattener.reference(to: root, depth: 0)
  }
}

/// Makes a graph of a value.
private struct GraphBuilder {
  var nodes: [ValueGraph.Node] = []

  private mutating func add(_ content: ValueGraph.Content) throws(IKCError) -> Int {
    guard nodes.count < ValueGraph.maximumCount else {
      throw IKCError(.cannotEncode, "A graph can't have more than \(ValueGraph.maximumCount) nodes")
    }
    nodes.append(ValueGraph.Node(content))
    return nodes.count - 1
  }

  /// A variable that holds the value.
  private mutating func variable(_ value: Value, depth: Int) throws(IKCError) -> Int {
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
    case .special(.tied(let tied)) where tied.kind == .scalar:
      return try add(.tied(.scalar, by: try variable(tied.object, depth: depth + 1)))
    case .special(.tiedElement(let element)):
      let object = try variable(element.object, depth: depth + 1)
      switch element.selector {
      case .key(let key): return try add(.tiedKey(of: object, key: try variable(key, depth: depth + 1)))
      case .index(let index): return try add(.tiedIndex(of: object, index: index))
      }
    case .special(.weak(let value)):
      let target = try referent(value, depth: depth + 1)
      return try add(.reference(to: target, isWeak: true, isOverloaded: value.isOverloaded))
    default:
      let target = try referent(value, depth: depth + 1)
      return try add(.reference(to: target, isWeak: false, isOverloaded: value.isOverloaded))
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

  /// What the value, a reference, refers to.
  mutating func referent(_ value: Value, depth: Int) throws(IKCError) -> Int {
    guard depth <= StorableReader.maximumDepth else {
      throw IKCError(.cannotEncode, "A graph can't be nested deeper than \(StorableReader.maximumDepth)")
    }
    switch value {
    case .array(let elements):
      var slots: [Int?] = []
      for element in elements { slots.append(try variable(element, depth: depth + 1)) }
      return try add(.array(slots))
    case .hash(let elements):
      var slots: [ValueGraph.Element] = []
      for (key, value) in elements {
        slots.append(ValueGraph.Element(key: key, node: try variable(value, depth: depth + 1)))
      }
      return try add(.hash(slots, isRestricted: false))
    case .reference(let target): return try variable(target, depth: depth + 1)
    case .special(.object(let object)):
      let node = try referent(object.content, depth: depth + 1)
      nodes[node].className = object.className
      return node
    case .special(.regexp(let regexp)):
      let node = try add(.regexp(pattern: regexp.pattern, flags: regexp.flags))
      nodes[node].className = regexp.className
      return node
    case .special(.tied(let tied)) where tied.kind != .scalar:
      return try add(.tied(tied.kind, by: try variable(tied.object, depth: depth + 1)))
    case .special(.weak(let value)): return try referent(value, depth: depth + 1)
    case .special(.hook(let hook)): return try self.hook(hook, depth: depth)
    default: throw .unstorable("a value that is no reference as the root of an image or object")
    }
  }

  private mutating func hook(_ hook: Value.Hook, depth: Int) throws(IKCError) -> Int {
    var references: [Int] = []
    for reference in hook.references { references.append(try referent(reference, depth: depth + 1)) }
    var kind = Value.Tied.Kind.hash
    var tie: Int?
    switch hook.base {
    case .scalar: kind = .scalar
    case .array: kind = .array
    case .hash: break
    case .tied(let tied, let object):
      kind = tied
      tie = try variable(object, depth: depth + 1)
    }
    let node = try add(.hook(ValueGraph.Hook(kind: kind, frozen: hook.frozen, references: references, tie: tie)))
    nodes[node].className = hook.className
    return node
  }
}

/// Makes a value of a graph.
private struct GraphFlattener {
  private let graph: ValueGraph
  /// By node: what it became; nil while that is being found out.
  private var known: [Int: Value?] = [:]
  /// The same for tied variables.
  private var ties: [Int: Value?] = [:]

  init(_ graph: ValueGraph) { self.graph = graph }

  /// What an array or hash holds where it holds the node.
  private mutating func variable(_ index: Int, depth: Int) throws(IKCError) -> Value {
    let node = try graph.node(index)
    switch node.content {
    case .undef, .immortal(nil): return .undef
    case .bool(let flag), .immortal(let flag?): return .bool(flag)
    case .int(let number): return .int(number)
    case .uint(let number): return .uint(number)
    case .double(let number): return .double(number)
    case .bytes(let octets): return .bytes(octets)
    case .text(let octets): return octets.text.map { .string($0) } ?? .special(.malformedText(octets))
    case .version(let literal, let octets, let isText):
      let value = isText ? octets.text.map { Value.string($0) } ?? .special(.malformedText(octets)) : .bytes(octets)
      return .special(.version(Value.Version(literal: literal, value: value)))
    case .reference(let target, let isWeak, let isOverloaded):
      var value = try reference(to: target, depth: depth + 1)
      if isOverloaded { value.markOverloaded() }
      return isWeak ? .special(.weak(value)) : value
    case .tied(.scalar, _), .tiedKey, .tiedIndex: return try tie(index, node, depth: depth + 1)
    case .array, .hash, .regexp, .tied, .hook: return try reference(to: index, depth: depth + 1)
    }
  }

  private func check(depth: Int) throws(IKCError) {
    // A reference counts here as well as what it refers to.
    if depth > StorableReader.maximumDepth * 2 {
      throw IKCError(.cannotDecode, "The graph is nested deeper than \(StorableReader.maximumDepth)")
    }
  }

  private static var cycle: IKCError {
    IKCError(.cannotDecode, "The graph holds a cycle, which a plain value can't")
  }

  /// A tied scalar, or an element of a tied array or hash.
  private mutating func tie(_ index: Int, _ node: ValueGraph.Node, depth: Int) throws(IKCError) -> Value {
    try check(depth: depth)
    if let value = ties[index] {
      guard let value else { throw Self.cycle }
      return value
    }
    ties[index] = .some(nil)
    let value: Value
    switch node.content {
    case .tied(_, let object):
      value = .special(.tied(Value.Tied(kind: .scalar, object: try variable(object, depth: depth))))
    case .tiedKey(let object, let key):
      let object = try variable(object, depth: depth)
      let key = try variable(key, depth: depth)
      value = .special(.tiedElement(Value.TiedElement(object: object, selector: .key(key))))
    case .tiedIndex(let object, let index):
      let object = try variable(object, depth: depth)
      value = .special(.tiedElement(Value.TiedElement(object: object, selector: .index(index))))
    default: value = .undef
    }
    ties[index] = .some(value)
    return value
  }

  /// A reference to the node.
  mutating func reference(to index: Int, depth: Int) throws(IKCError) -> Value {
    try check(depth: depth)
    if let value = known[index] {
      guard let value else { throw Self.cycle }
      return value
    }
    known[index] = .some(nil)
    let node = try graph.node(index)
    var value = try content(of: node, index, depth: depth)
    switch value {
    case .special(.regexp(var regexp)):
      regexp.className = node.className ?? "Regexp"
      value = .special(.regexp(regexp))
    case .special(.hook): break
    default:
      if let name = node.className { value = .special(.object(Value.Object(className: name, content: value))) }
    }
    known[index] = .some(value)
    return value
  }

  private mutating func content(
    of node: ValueGraph.Node, _ index: Int, depth: Int
  ) throws(IKCError) -> Value {
    switch node.content {
    case .array(let elements):
      var values: [Value] = []
      for element in elements {
        let value = if let element { try variable(element, depth: depth) } else { Value.undef }
        values.append(value)
      }
      return .array(values)
    case .hash(let elements, _):
      var hash = Value.Hash(minimumCapacity: elements.count)
      for element in elements where !element.isPlaceholder {
        hash[element.key] = try variable(element.node, depth: depth)
      }
      return .hash(hash)
    case .regexp(let pattern, let flags): return .special(.regexp(Value.Regexp(pattern: pattern, flags: flags)))
    case .tied(let kind, let object) where kind != .scalar:
      return .special(.tied(Value.Tied(kind: kind, object: try variable(object, depth: depth))))
    case .hook(let hook): return try self.hook(hook, node.className ?? "", depth: depth)
    default: return .reference(try variable(index, depth: depth))
    }
  }

  private mutating func hook(
    _ hook: ValueGraph.Hook, _ className: ByteString, depth: Int
  ) throws(IKCError) -> Value {
    var base: Value.Hook.Base
    switch hook.kind {
    case .scalar: base = .scalar
    case .array: base = .array
    case .hash: base = .hash
    }
    if let tie = hook.tie { base = .tied(hook.kind, try variable(tie, depth: depth)) }
    var references: [Value] = []
    for target in hook.references { references.append(try reference(to: target, depth: depth + 1)) }
    return .special(
      .hook(Value.Hook(className: className, base: base, frozen: hook.frozen, references: references)))
  }
}
