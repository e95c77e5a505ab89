extension ValueGraph {
  /// How many nodes a value may become. What a value holds twice becomes two nodes.
  static let maximumCount = 1 << 24

  /// The graph of a plain value, which has to be a reference. Throws `cannotEncode` on any other, and
  /// where the value is nested deeper than 1,000 or has more than 16,777,216 parts.
  public init(_ value: Value) throws(IKCError) {
    try self.init(value, maximumDepth: StorableReader.maximumDepth, maximumCount: Self.maximumCount)
  }

  /// The same within other limits. What a container or reference holds is two deeper than that is.
  init(_ value: Value, maximumDepth: Int, maximumCount: Int) throws(IKCError) {
    var builder = GraphBuilder(maximumDepth: maximumDepth, maximumCount: maximumCount)
    let root = try builder.referent(value, depth: 0)
    self.init(nodes: builder.nodes, root: root)
  }

  /// The graph as a plain value; what is shared is held in common. Throws `cannotDecode` on a cycle,
  /// and where it is nested deeper than 1,000.
  public func value() throws(IKCError) -> Value {
    // A reference counts here as well as what it refers to.
    var flattener = GraphFlattener(self, maximumDepth: StorableReader.maximumDepth * 2)
    return try flattener.value(root)
  }
}

/// Makes a graph of a value.
private struct GraphBuilder {
  let maximumDepth: Int
  let maximumCount: Int
  private(set) var nodes: [ValueGraph.Node] = []

  init(maximumDepth: Int, maximumCount: Int) {
    self.maximumDepth = maximumDepth
    self.maximumCount = maximumCount
  }

  private mutating func add(_ content: ValueGraph.Content) throws(IKCError) -> Int {
    guard nodes.count < maximumCount else {
      throw IKCError(.cannotEncode, "A graph can't have more than \(maximumCount) nodes here")
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
    guard depth <= maximumDepth else {
      throw IKCError(.cannotEncode, "A graph can't be nested deeper than \(maximumDepth / 2) containers here")
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
