/// Makes a graph of tagged JSON.
struct TaggedJSONReader {
  /// JSON containers per level of Perl data: a hash is an object, a list of pairs, and a pair.
  private static let jsonDepth = 3 * StorableReader.maximumDepth + 8

  private var nodes: [ValueGraph.Node] = []
  private var ids: [Int: Int] = [:]

  private init() {}

  /// The graph that `bytes` describe.
  static func read(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> ValueGraph {
    let tree = try JSONParser.parse(bytes, maximumDepth: jsonDepth)
    var reader = TaggedJSONReader()
    guard let root = try reader.referent(tree, depth: 0) else {
      throw failure("a reference is needed, not \(tree["t"]?.string ?? "something without a type")")
    }
    return ValueGraph(nodes: reader.nodes, root: root)
  }

  private static func failure(_ problem: String) -> IKCError { IKCError(.cannotDecode, "Tagged JSON: \(problem)") }

  private mutating func add(_ content: ValueGraph.Content = .undef) -> Int {
    nodes.append(ValueGraph.Node(content))
    return nodes.count - 1
  }

  private mutating func note(_ id: JSONTree?, _ node: Int) throws(IKCError) {
    guard let id else { return }
    guard let number = id.integer, ids[number] == nil else { throw Self.failure("an id is no new number") }
    ids[number] = node
  }

  private func known(_ tree: JSONTree) throws(IKCError) -> Int {
    guard let id = tree["id"]?.integer, let node = ids[id] else { throw Self.failure("an id was not given before") }
    return node
  }

  /// An element: nil for one that does not exist.
  private mutating func element(_ tree: JSONTree, depth: Int) throws(IKCError) -> Int? {
    switch tree["t"]?.string {
    case "hole"?: return nil
    case "alias"?: return try known(tree)
    default:
      let node = add()
      try note(tree["sid"], node)
      try fill(node, tree, depth: depth)
      return node
    }
  }

  private mutating func required(_ tree: JSONTree?, depth: Int) throws(IKCError) -> Int {
    guard let tree, let node = try element(tree, depth: depth) else { throw Self.failure("a value is missing") }
    return node
  }

  /// Makes a variable hold what the tree says.
  private mutating func fill(_ node: Int, _ tree: JSONTree, depth: Int) throws(IKCError) {
    guard depth <= StorableReader.maximumDepth else {
      throw Self.failure("nested deeper than \(StorableReader.maximumDepth)")
    }
    if let target = try referent(tree, depth: depth + 1) {
      nodes[node].content = .reference(
        to: target, isWeak: tree["weak"]?.bool ?? false, isOverloaded: tree["overload"]?.bool ?? false)
      return
    }
    let isImmortal = tree["immortal"]?.bool ?? false
    switch tree["t"]?.string {
    case "undef"?: nodes[node].content = isImmortal ? .immortal(nil) : .undef
    case "bool"?:
      guard let flag = tree["v"]?.bool else { throw Self.failure("a bool is neither true nor false") }
      nodes[node].content = isImmortal ? .immortal(flag) : .bool(flag)
    case "int"?: nodes[node].content = .int(try number(tree))
    case "uint"?: nodes[node].content = .uint(try number(tree))
    case "double"?: nodes[node].content = .double(try double(tree))
    case "bytes"?, "string"?:
      let (octets, isText) = try string(tree)
      nodes[node].content = isText ? .text(octets) : .bytes(octets)
    case "vstring"?:
      guard let literal = tree["literal"]?.string else { throw Self.failure("a vstring has no literal") }
      nodes[node].content = .version(
        literal: Self.octets(latin1: literal), octets: try hexadecimal(tree["v"]), isText: tree["utf8"]?.bool ?? false)
    case "tied_scalar"?:
      nodes[node].content = .tied(.scalar, by: try required(tree["v"], depth: depth + 1))
    case "tied_elem"?: try fillTiedElement(node, tree, depth: depth)
    case "code"?, "glob"?, "io"?: throw Self.failure("\(tree["t"]?.string ?? "") can't be represented")
    case let type?: throw Self.failure("\(type) is no known type")
    case nil: throw Self.failure("a value has no type")
    }
  }

  private mutating func fillTiedElement(_ node: Int, _ tree: JSONTree, depth: Int) throws(IKCError) {
    if let key = tree["key"] {
      let key = try required(key, depth: depth + 1)
      nodes[node].content = .tiedKey(of: try required(tree["v"], depth: depth + 1), key: key)
    } else if let index = tree["index"]?.integer {
      nodes[node].content = .tiedIndex(of: try required(tree["v"], depth: depth + 1), index: index)
    } else {
      throw Self.failure("a tied_elem has neither key nor index")
    }
  }

  /// What a reference refers to; nil where the tree is no reference.
  private mutating func referent(_ tree: JSONTree, depth: Int) throws(IKCError) -> Int? {
    guard depth <= StorableReader.maximumDepth + 1 else {
      throw Self.failure("nested deeper than \(StorableReader.maximumDepth)")
    }
    let node: Int
    switch tree["t"]?.string {
    case "shared"?: return try known(tree)
    case "array"?, "hash"?, "ref"?, "regexp"?, "tied_array"?, "tied_hash"?, "hook"?:
      node = add()
    default: return nil
    }
    try note(tree["id"], node)
    nodes[node].className = tree["class"]?.string.map { Self.octets(latin1: $0) }
    switch tree["t"]?.string {
    case "array"?: try fillArray(node, tree, depth: depth)
    case "hash"?: try fillHash(node, tree, depth: depth)
    case "regexp"?: try fillRegexp(node, tree)
    case "tied_array"?: nodes[node].content = .tied(.array, by: try required(tree["v"], depth: depth))
    case "tied_hash"?: nodes[node].content = .tied(.hash, by: try required(tree["v"], depth: depth))
    case "hook"?: try fillHook(node, tree, depth: depth)
    default:
      guard let content = tree["v"] else { throw Self.failure("a ref refers to nothing") }
      try fill(node, content, depth: depth)
    }
    return node
  }

  private mutating func fillArray(_ node: Int, _ tree: JSONTree, depth: Int) throws(IKCError) {
    guard let trees = tree["v"]?.array else { throw Self.failure("an array has no elements") }
    var elements: [Int?] = []
    elements.reserveCapacity(trees.count)
    for tree in trees { elements.append(try element(tree, depth: depth)) }
    nodes[node].content = .array(elements)
  }

  private mutating func fillHash(_ node: Int, _ tree: JSONTree, depth: Int) throws(IKCError) {
    guard let pairs = tree["v"]?.array else { throw Self.failure("a hash has no elements") }
    var elements: [ValueGraph.Element] = []
    elements.reserveCapacity(pairs.count)
    for pair in pairs {
      guard let pair = pair.array, pair.count == 2 else { throw Self.failure("an element of a hash is no pair") }
      elements.append(
        ValueGraph.Element(
          key: try key(pair[0]), node: try required(pair[1], depth: depth),
          isReadOnly: pair[1]["readonly"]?.bool ?? false))
    }
    if let placeholders = tree["placeholders"]?.array {
      for tree in placeholders {
        elements.append(
          ValueGraph.Element(key: try key(tree), node: add(.immortal(nil)), isPlaceholder: true))
      }
      elements.sort { $0.key.bytes(asText: true) < $1.key.bytes(asText: true) }
    }
    nodes[node].content = .hash(elements, isRestricted: tree["locked"]?.bool ?? false)
  }

  private mutating func fillRegexp(_ node: Int, _ tree: JSONTree) throws(IKCError) {
    guard let pattern = tree["pattern"], let flags = tree["flags"]?.string else {
      throw Self.failure("a regexp has no pattern or flags")
    }
    nodes[node].content = .regexp(pattern: try string(pattern).octets, flags: Self.octets(latin1: flags))
  }

  private mutating func fillHook(_ node: Int, _ tree: JSONTree, depth: Int) throws(IKCError) {
    let kind: Value.Tied.Kind
    switch tree["kind"]?.string {
    case "scalar"?: kind = .scalar
    case "array"?: kind = .array
    case "hash"?: kind = .hash
    default: throw Self.failure("a hook is neither scalar, array nor hash")
    }
    var hook = ValueGraph.Hook(kind: kind, frozen: try hexadecimal(tree["frozen"]))
    if let tie = tree["tie"] { hook.tie = try required(tie, depth: depth) }
    for tree in tree["v"]?.array ?? [] {
      guard let target = try referent(tree, depth: depth + 1) else { throw Self.failure("a hook holds no reference") }
      hook.references.append(target)
    }
    nodes[node].content = .hook(hook)
  }

  private func key(_ tree: JSONTree) throws(IKCError) -> Value.Hash.Key {
    let (octets, isText) = try string(tree)
    return isText ? Value.Hash.Key(utf8: octets) : Value.Hash.Key(octets)
  }

  private func string(_ tree: JSONTree) throws(IKCError) -> (octets: ByteString, isText: Bool) {
    switch tree["t"]?.string {
    case "bytes"?: return (try hexadecimal(tree["v"]), false)
    case "string"?:
      if let octets = tree["utf8"] { return (try hexadecimal(octets), true) }
      guard let text = tree["v"]?.string else { throw Self.failure("a string has no text") }
      return (ByteString(text), true)
    default: throw Self.failure("a string is neither bytes nor string")
    }
  }

  private func hexadecimal(_ tree: JSONTree?) throws(IKCError) -> ByteString {
    guard let octets = tree?.string.flatMap(Hexadecimal.decode) else {
      throw Self.failure("bytes are no hexadecimal digits")
    }
    return octets
  }

  private func number<Number: FixedWidthInteger>(_ tree: JSONTree) throws(IKCError) -> Number {
    guard let number = tree["v"]?.string.flatMap({ Number($0) }) else { throw Self.failure("a number is none") }
    return number
  }

  private func double(_ tree: JSONTree) throws(IKCError) -> Double {
    if let bits = tree["bits"]?.string.flatMap({ UInt64($0, radix: 16) }) { return Double(bitPattern: bits) }
    guard let number = tree["v"]?.string.flatMap({ Double($0) }) else { throw Self.failure("a number is none") }
    return number
  }

  /// A character for each byte, or UTF-8 where one is above 255.
  private static func octets(latin1 text: String) -> ByteString {
    let octets = ByteString(text)
    return octets.withUnsafeBytes { Text.latin1(fromUTF8: $0) }.map { ByteString($0) } ?? octets
  }
}
