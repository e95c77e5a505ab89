/// Reads FreezeThaw text to a graph, without recursion.
///
/// Every item becomes a variable. A container is a node of its own beside the variable that refers to it.
struct FreezeThawReader {
  private enum Kind { case array, hash, reference }

  /// A container or reference that waits for its elements.
  private struct Frame {
    let kind: Kind
    let node: Int
    var remaining: Int
    /// Where its elements begin in `variables`, and its keys in `keys`.
    let height: Int
    let keyHeight: Int
    var className: ByteString?
  }

  var cursor: TextCursor
  var nodes: [ValueGraph.Node] = []
  private var frames: [Frame] = []
  private var variables: [Int] = []
  private var keys: [Value.Hash.Key] = []
  private var classes: [Int: ByteString] = [:]
  /// The class of the item that comes next.
  private var className: ByteString?
  /// What is referred to by number.
  var repeated: [Int] = []

  private init(_ text: UnsafeRawBufferPointer) { cursor = TextCursor(text, format: "FreezeThaw") }

  /// The graph of the one value; its root is the variable that holds it.
  static func read(_ text: UnsafeRawBufferPointer) throws(IKCError) -> ValueGraph {
    var reader = FreezeThawReader(text)
    _ = reader.cursor.skip("FrT;")
    if reader.cursor.skip(ascii: "!") { try reader.readRepeated() }
    guard reader.cursor.skip("@1|") else {
      throw reader.cursor.failure("does not begin like a frozen value, or holds several")
    }
    let root = try reader.item()
    guard reader.cursor.next == nil else { throw reader.cursor.failure("goes on behind its value") }
    return ValueGraph(nodes: reader.nodes, root: root)
  }

  mutating func add(_ content: ValueGraph.Content) -> Int {
    nodes.append(ValueGraph.Node(content))
    return nodes.count - 1
  }

  private mutating func refer(to target: Int) -> Int {
    add(.reference(to: target, isWeak: false, isOverloaded: false))
  }

  /// One whole item, as a variable.
  mutating func item() throws(IKCError) -> Int {
    while true {
      guard var variable = try begin() else { continue }
      while true {
        if frames.isEmpty { return variable }
        guard let ended = try close(with: variable) else { break }
        variable = ended
      }
    }
  }

  /// Reads the beginning of an item; nil where others are inside, or a class came.
  private mutating func begin() throws(IKCError) -> Int? {
    guard let code = cursor.next else { throw cursor.failure("ends too early") }
    cursor.advance()
    switch code {
    case UInt8(ascii: "$"): return try scalar(.bytes(try string()))
    case UInt8(ascii: "_"): return try scalar(.undef)
    case UInt8(ascii: "@"): return try beginArray(try count())
    case UInt8(ascii: "%"): return try beginHash(try count())
    case UInt8(ascii: "\\"): return try open(.reference, node: -1, count: 1)
    case UInt8(ascii: "/"): return try regexp()
    case UInt8(ascii: "<"): return try resolve()
    case UInt8(ascii: ">"):
      let name = try readClass()
      // Of two classes the outer one is given last.
      className = className ?? name
      return nil
    case UInt8(ascii: "&"): throw cursor.failure("holds code, which is never read")
    case UInt8(ascii: "*"): throw cursor.failure("holds a glob, which is never read")
    case UInt8(ascii: "?"): throw cursor.failure("refers to data that stayed in the process that froze it")
    default: throw cursor.failure("holds an item of unknown type \(Unicode.Scalar(code).escaped(asASCII: true))")
    }
  }

  // MARK: Items

  private mutating func scalar(_ content: ValueGraph.Content) throws(IKCError) -> Int {
    guard let name = takeClass() else { return add(content) }
    // What the class's own `Freeze` made of an object.
    guard case .bytes(let frozen) = content else { throw cursor.failure("holds an object that is no reference") }
    let node = add(.hook(ValueGraph.Hook(kind: .scalar, frozen: frozen)))
    nodes[node].className = name
    return refer(to: node)
  }

  private mutating func count() throws(IKCError) -> Int {
    guard let count = cursor.number(), cursor.skip(ascii: "|") else {
      throw cursor.failure("has no count where one belongs")
    }
    // Every element takes a byte at least.
    guard count <= cursor.remaining else { throw cursor.failure("counts \(count) elements beyond its end") }
    return count
  }

  mutating func octets() throws(IKCError) -> UnsafeRawBufferPointer {
    guard let count = cursor.number(), cursor.skip(ascii: "|") else {
      throw cursor.failure("has no length where one belongs")
    }
    guard let octets = cursor.take(count) else { throw cursor.failure("ends inside a string of \(count) bytes") }
    return octets
  }

  private mutating func string() throws(IKCError) -> ByteString { ByteString(try octets()) }

  private mutating func number() throws(IKCError) -> Int {
    guard let number = cursor.number(), cursor.skip(ascii: "|") else {
      throw cursor.failure("has no number where one belongs")
    }
    return number
  }

  /// A class behind `>`, `{` or `}`: with its name the first time, by number later.
  mutating func readClass() throws(IKCError) -> ByteString {
    if cursor.skip(ascii: ")") {
      let number = try number()
      guard let name = classes[number] else { throw cursor.failure("uses class \(number) before it is named") }
      return name
    }
    guard cursor.skip(ascii: ">") else { throw cursor.failure("has no class where one belongs") }
    let number = try number()
    guard cursor.skip(ascii: "$") else { throw cursor.failure("has no class name where one belongs") }
    let written = try string()
    let name = written.isEmpty ? "main" : written
    classes[number] = name
    return name
  }

  private mutating func takeClass() -> ByteString? {
    defer { className = nil }
    return className
  }

  private mutating func beginArray(_ count: Int) throws(IKCError) -> Int? {
    let node = add(.array([]))
    nodes[node].className = takeClass()
    return count == 0 ? refer(to: node) : try open(.array, node: node, count: count)
  }

  private mutating func beginHash(_ count: Int) throws(IKCError) -> Int? {
    guard count % 2 == 0 else { throw cursor.failure("holds a hash with \(count) keys and values") }
    let node = add(.hash([], isRestricted: false))
    nodes[node].className = takeClass()
    if count == 0 { return refer(to: node) }
    _ = try open(.hash, node: node, count: count / 2)
    for _ in 0..<count / 2 {
      guard cursor.skip(ascii: "$") else { throw cursor.failure("holds a key that is no string") }
      keys.append(Value.Hash.Key(try string()))
    }
    return nil
  }

  private mutating func open(_ kind: Kind, node: Int, count: Int) throws(IKCError) -> Int? {
    guard frames.count < TextLimits.maximumDepth else {
      throw cursor.failure("is nested deeper than \(TextLimits.maximumDepth)")
    }
    frames.append(
      Frame(
        kind: kind, node: node, remaining: count, height: variables.count, keyHeight: keys.count,
        className: takeClass()))
    return nil
  }

  private mutating func regexp() throws(IKCError) -> Int {
    let (pattern, flags) = RegexpText.split(try octets())
    let node = add(.regexp(pattern: pattern, flags: flags))
    nodes[node].className = takeClass()
    return refer(to: node)
  }

  private mutating func resolve() throws(IKCError) -> Int {
    let number = try number()
    guard number < repeated.count else { throw cursor.failure("refers to item \(number), which it does not have") }
    if className != nil { throw cursor.failure("gives another class to what has occurred before") }
    return refer(to: repeated[number])
  }

  /// Hands a complete variable to the container around it; gives that back where it is complete as well.
  private mutating func close(with variable: Int) throws(IKCError) -> Int? {
    let last = frames.count - 1
    if frames[last].kind == .reference {
      if let name = frames.removeLast().className { nodes[variable].className = name }
      return refer(to: variable)
    }
    variables.append(variable)
    frames[last].remaining -= 1
    if frames[last].remaining > 0 { return nil }
    let frame = frames.removeLast()
    let elements = variables[frame.height...]
    if frame.kind == .array {
      nodes[frame.node].content = .array(elements.map { $0 })
    } else {
      let hash = zip(keys[frame.keyHeight...], elements).map { ValueGraph.Element(key: $0, node: $1) }
      nodes[frame.node].content = .hash(ValueGraph.Element.withoutRepeats(hash), isRestricted: false)
    }
    variables.removeSubrange(frame.height...)
    keys.removeSubrange(frame.keyHeight...)
    return refer(to: frame.node)
  }
}
