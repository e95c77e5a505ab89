/// Reads Freezer's text to a graph, by a grammar and without recursion.
///
///     text        = variable " = " value ";" *(place " = " value ";")
///     value       = string / integer / version / "undef" / "[" [values] "]" / "{" [pairs] "}" / "\" value
///                 / "bless( " value ", 'Class' )" / "qr/" pattern "/" flags
///                 / "do{my $o}" / "do{\(my $o = " value ")}" / place / "\" place
///     place       = (variable / "${" ["\"] place "}") *(["->"] ("[" index "]" / "{" string "}"))
///
/// Blanks may stand between the parts. Every value becomes a variable; a container is a node of its own beside
/// the variable that refers to it.
struct FreezerReader {
  private enum Kind { case array, hash, reference, bless, object }

  /// A value that waits for others.
  private struct Frame {
    let kind: Kind
    /// Where its elements begin in `variables`, and its keys in `keys`.
    let height: Int
    let keyHeight: Int
  }

  var cursor: TextCursor
  var nodes: [ValueGraph.Node] = []
  private var frames: [Frame] = []
  private var depth = 0
  private var variables: [Int] = []
  private var keys: [Value.Hash.Key] = []
  /// What the text's variable is; nil during the first statement.
  private(set) var root: Int?
  /// Variables of the first statement that name a place in what it makes.
  private var early: [(variable: Int, path: FreezerPath, isReference: Bool)] = []
  /// Where a hash's keys are, for those that were asked.
  var positions: [Int: [Value.Hash.Key: Int]] = [:]

  private init(_ text: UnsafeRawBufferPointer) { cursor = TextCursor(text, format: "Freezer") }

  /// The graph of the text; its root is the variable that holds the value.
  static func read(_ text: UnsafeRawBufferPointer) throws(IKCError) -> ValueGraph {
    var reader = FreezerReader(text)
    reader.cursor.skipBlanks()
    while reader.cursor.next != nil {
      try reader.statement()
      reader.cursor.skipBlanks()
    }
    guard let root = reader.root else { throw reader.cursor.failure("is empty") }
    return ValueGraph(nodes: reader.nodes, root: root)
  }

  private mutating func add(_ content: ValueGraph.Content) -> Int {
    nodes.append(ValueGraph.Node(content))
    return nodes.count - 1
  }

  private mutating func refer(to target: Int) -> Int {
    add(.reference(to: target, isWeak: false, isOverloaded: false))
  }

  /// Sets one place to a value. The first one makes the whole, later ones what occurs again in it.
  private mutating func statement() throws(IKCError) {
    let path = try readPath()
    cursor.skipBlanks()
    guard cursor.skip(ascii: "=") else { throw cursor.failure("has something other than an assignment") }
    if root == nil {
      guard path.isEmpty else { throw cursor.failure("sets a part before the whole") }
      root = try value()
      for (variable, path, isReference) in early {
        let place = try resolve(path)
        nodes[variable].content =
          isReference ? .reference(to: place, isWeak: false, isOverloaded: false) : nodes[place].content
      }
    } else {
      let place = try resolve(path)
      let variable = try value()
      nodes[place].content = nodes[variable].content
    }
    cursor.skipBlanks()
    guard cursor.skip(ascii: ";") else { throw cursor.failure("has something other than a value") }
  }

  /// One whole value, as a variable.
  private mutating func value() throws(IKCError) -> Int {
    while true {
      guard var variable = try begin() else { continue }
      while true {
        guard let frame = frames.last else { return variable }
        guard let ended = try close(frame, with: variable) else { break }
        variable = ended
      }
    }
  }

  /// Reads the beginning of a value; nil where others are inside.
  private mutating func begin() throws(IKCError) -> Int? {
    cursor.skipBlanks()
    guard let byte = cursor.next else { throw cursor.failure("ends too early") }
    switch byte {
    case UInt8(ascii: "'"): return add(.bytes(try readQuoted()))
    case UInt8(ascii: "\""):
      let (octets, isText) = try readDoublyQuoted()
      return add(isText ? .text(octets) : .bytes(octets))
    case UInt8(ascii: "["): return try beginArray()
    case UInt8(ascii: "{"): return try beginHash()
    case UInt8(ascii: "\\"): return try beginReference()
    case UInt8(ascii: "$"): return try copy(isReference: false)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "v"): return add(try readNumber())
    default: return try beginWord()
    }
  }

  private mutating func beginWord() throws(IKCError) -> Int? {
    if cursor.skip("undef") { return add(.undef) }
    if cursor.skip("bless(") { return try open(.bless, levels: 0) }
    if cursor.skip("do{my $o}") { return add(.undef) }
    if cursor.skip("do{\\(my $o =") { return try open(.object, levels: 1) }
    if cursor.skip("qr/") {
      let (pattern, flags) = try readPattern()
      return refer(to: add(.regexp(pattern: pattern, flags: flags)))
    }
    if cursor.skip("sub") { throw cursor.failure("holds code, which is never run") }
    if cursor.next == UInt8(ascii: "*") { throw cursor.failure("holds a glob, which is never read") }
    throw cursor.failure("has something other than a value")
  }

  // MARK: Containers

  private mutating func open(_ kind: Kind, levels: Int) throws(IKCError) -> Int? {
    depth += levels
    guard depth <= TextLimits.maximumDepth else {
      throw cursor.failure("is nested deeper than \(TextLimits.maximumDepth)")
    }
    frames.append(Frame(kind: kind, height: variables.count, keyHeight: keys.count))
    return nil
  }

  private mutating func end(_ levels: Int) {
    frames.removeLast()
    depth -= levels
  }

  private mutating func beginArray() throws(IKCError) -> Int? {
    cursor.advance()
    cursor.skipBlanks()
    return cursor.skip(ascii: "]") ? refer(to: add(.array([]))) : try open(.array, levels: 1)
  }

  private mutating func beginHash() throws(IKCError) -> Int? {
    cursor.advance()
    cursor.skipBlanks()
    if cursor.skip(ascii: "}") { return refer(to: add(.hash([], isRestricted: false))) }
    _ = try open(.hash, levels: 1)
    try beginPair()
    return nil
  }

  private mutating func beginPair() throws(IKCError) {
    cursor.skipBlanks()
    keys.append(try readKey())
    cursor.skipBlanks()
    guard cursor.skip("=>") else { throw cursor.failure("has a key without a value") }
  }

  private mutating func beginReference() throws(IKCError) -> Int? {
    cursor.advance()
    cursor.skipBlanks()
    if cursor.next == UInt8(ascii: "$") { return try copy(isReference: true) }
    return try open(.reference, levels: 1)
  }

  /// The content of a place, or a reference to it.
  private mutating func copy(isReference: Bool) throws(IKCError) -> Int {
    let path = try readPath()
    guard root != nil else {
      let variable = add(.undef)
      early.append((variable, path, isReference))
      return variable
    }
    let place = try resolve(path)
    return isReference ? refer(to: place) : add(nodes[place].content)
  }

  /// Hands a complete variable to the value around it; gives that back where it is complete as well.
  private mutating func close(_ frame: Frame, with variable: Int) throws(IKCError) -> Int? {
    cursor.skipBlanks()
    switch frame.kind {
    case .array:
      variables.append(variable)
      if cursor.skip(ascii: ",") { return nil }
      guard cursor.skip(ascii: "]") else { throw cursor.failure("has something other than the next element") }
      let node = add(.array(variables[frame.height...].map { $0 }))
      variables.removeSubrange(frame.height...)
      end(1)
      return refer(to: node)
    case .hash:
      variables.append(variable)
      if cursor.skip(ascii: ",") {
        try beginPair()
        return nil
      }
      guard cursor.skip(ascii: "}") else { throw cursor.failure("has something other than the next key") }
      let elements = zip(keys[frame.keyHeight...], variables[frame.height...]).map {
        ValueGraph.Element(key: $0, node: $1)
      }
      let node = add(.hash(ValueGraph.Element.withoutRepeats(elements), isRestricted: false))
      variables.removeSubrange(frame.height...)
      keys.removeSubrange(frame.keyHeight...)
      end(1)
      return refer(to: node)
    case .reference:
      end(1)
      return refer(to: variable)
    case .object:
      guard cursor.skip(")}") else { throw cursor.failure("has something other than the end of an object") }
      end(1)
      return refer(to: variable)
    case .bless:
      try bless(variable)
      end(0)
      return variable
    }
  }

  private mutating func bless(_ variable: Int) throws(IKCError) {
    guard cursor.skip(ascii: ",") else { throw cursor.failure("has an object without a class") }
    cursor.skipBlanks()
    guard cursor.next == UInt8(ascii: "'") else { throw cursor.failure("has an object without a class") }
    let name = try readQuoted()
    cursor.skipBlanks()
    guard cursor.skip(ascii: ")") else { throw cursor.failure("has something other than the end of an object") }
    guard case .reference(let target, _, _) = nodes[variable].content else {
      throw cursor.failure("holds an object that is no reference")
    }
    nodes[target].className = name.isEmpty ? "main" : name
  }
}
