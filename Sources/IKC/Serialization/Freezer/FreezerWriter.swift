/// Writes a graph as Data::Dumper does with `Purity`, without recursion.
///
/// Where something comes again, an empty container or `do{my $o}` stands in its place, and an assignment
/// behind the value sets the place to what came before.
struct FreezerWriter: ~Copyable {
  private enum Step {
    case element(Int?, name: Int)
    case pair(ValueGraph.Element, name: Int)
    case text(StaticString)
    case endObject(ByteString, isScalar: Bool)
  }

  /// What an assignment sets, and to what.
  private struct Assignment {
    let place: Int
    let source: Origin
  }

  /// Where a node came first: the name of a reference to it, or its own.
  private enum Origin {
    case reference(Int)
    case place(Int)
  }

  private let graph: ValueGraph
  private let maximumSize: Int
  private var writer = ByteWriter(capacity: 256)
  private var steps: [Step] = []
  /// Nil where nothing is referred to twice.
  private var origins: [Int: Origin]?
  private var names = FreezerNames()
  private var assignments: [Assignment] = []

  private init(_ graph: ValueGraph, isTree: Bool, maximumSize: Int) {
    self.graph = graph
    self.maximumSize = maximumSize
    origins = isTree ? nil : [:]
  }

  /// What the variable holds. Nothing in the graph may be referred to twice.
  static func write(variable: Int, of graph: ValueGraph, maximumSize: Int) throws(IKCError) -> [UInt8] {
    var writer = FreezerWriter(graph, isTree: true, maximumSize: maximumSize)
    writer.begin()
    try writer.write(variable: variable, name: FreezerNames.root)
    return try writer.finish()
  }

  /// A reference to the node.
  static func write(referenceTo root: Int, of graph: ValueGraph, maximumSize: Int) throws(IKCError) -> [UInt8] {
    var writer = FreezerWriter(graph, isTree: false, maximumSize: maximumSize)
    writer.begin()
    try writer.write(referenceTo: root, name: FreezerNames.root)
    return try writer.finish()
  }

  private mutating func begin() {
    writer.write(utf8: FreezerText.variable)
    writer.write(utf8: " = ")
  }

  private mutating func finish() throws(IKCError) -> [UInt8] {
    while let step = steps.popLast() {
      try checkSize()
      try take(step)
    }
    writer.write(UInt8(ascii: ";"))
    for assignment in assignments {
      try checkSize()
      try names.write(assignment.place, to: &writer)
      writer.write(utf8: " = ")
      switch assignment.source {
      case .reference(let name): try names.write(name, to: &writer)
      case .place(let name):
        writer.write(UInt8(ascii: "\\"))
        try names.write(name, to: &writer)
      }
      writer.write(UInt8(ascii: ";"))
    }
    try checkSize()
    return [UInt8](writer.bytes)
  }

  private func checkSize() throws(IKCError) {
    if writer.count > maximumSize { throw .undumpable("more than \(maximumSize) bytes in one value") }
  }

  private mutating func take(_ step: Step) throws(IKCError) {
    switch step {
    case .element(let variable?, let name): try write(variable: variable, name: name)
    case .element(nil, _): writer.write(utf8: "undef")
    case .pair(let element, let name):
      try writer.writeFreezer(element.key)
      writer.write(utf8: " => ")
      try write(variable: element.node, name: name)
    case .text(let text): writer.write(utf8: text)
    case .endObject(let name, let isScalar):
      writer.write(utf8: isScalar ? ")}, " : ", ")
      name.withUnsafeBytes { writer.writeFreezer(quoted: $0) }
      writer.write(utf8: " )")
    }
  }

  // MARK: Variables

  private mutating func write(variable index: Int, name: Int) throws(IKCError) {
    let node = try graph.node(index)
    if origins != nil, origins?[index] == nil { origins?[index] = .place(name) }
    switch node.content {
    case .undef, .immortal(nil): writer.write(utf8: "undef")
    case .bool(let flag), .immortal(let flag?): writer.write(utf8: flag ? "1" : "''")
    case .int(let number): writer.writeFreezer(integer: String(number))
    case .uint(let number): writer.writeFreezer(integer: String(number))
    case .double(let number): DecimalText(number).withUnsafeBytes { writer.writeFreezer(quoted: $0) }
    case .bytes(let octets): octets.withUnsafeBytes { writer.writeFreezer(quoted: $0) }
    case .text(let octets): try writer.writeFreezer(text: octets)
    case .version(let literal, let octets, let isText):
      // What is no version would be code.
      if literal.withUnsafeBytes({ FreezerText.isVersion($0) }) {
        writer.write(literal)
      } else if isText {
        try writer.writeFreezer(text: octets)
      } else {
        octets.withUnsafeBytes { writer.writeFreezer(quoted: $0) }
      }
    case .reference(let target, _, _): try write(referenceTo: target, name: name)
    case .tied, .tiedKey, .tiedIndex, .hook: throw Self.opaque(node)
    case .array, .hash, .regexp: try write(referenceTo: index, name: name)
    }
  }

  private static func opaque(_ node: ValueGraph.Node) -> IKCError {
    if case .hook = node.content {
      return .undumpable("an object that only Storable can freeze, of class \(node.className ?? "")")
    }
    return .undumpable("a tied variable, whose content only its class knows")
  }

  // MARK: References

  private mutating func write(referenceTo index: Int, name: Int) throws(IKCError) {
    let node = try graph.node(index)
    if origins != nil {
      if let origin = origins?[index] {
        writer.write(utf8: Self.stub(of: node))
        return assignments.append(Assignment(place: name, source: origin))
      }
      origins?[index] = .reference(name)
    }
    var isScalar = false
    if case .regexp(let pattern, let flags) = node.content {
      let className = node.className.flatMap { $0 == "Regexp" ? nil : $0 }
      if className != nil { writer.write(utf8: "bless( ") }
      try writer.writeFreezer(pattern: pattern, flags: flags)
      if let className { steps.append(.endObject(className, isScalar: false)) }
      return
    }
    switch node.content {
    case .array, .hash: break
    case .tied, .hook: throw Self.opaque(node)
    default: isScalar = true
    }
    if let className = node.className {
      writer.write(utf8: "bless( ")
      steps.append(.endObject(className, isScalar: isScalar))
    }
    switch node.content {
    case .array(let elements): begin(elements, name: name)
    case .hash(let elements, _): begin(elements.filter { !$0.isPlaceholder }, name: name)
    default:
      writer.write(utf8: node.className == nil ? "\\" : "do{\\(my $o = ")
      steps.append(.element(index, name: inner(.target, of: name)))
    }
  }

  private static func stub(of node: ValueGraph.Node) -> StaticString {
    switch node.content {
    case .array: "[]"
    case .hash: "{}"
    default: "do{my $o}"
    }
  }

  private mutating func inner(_ step: FreezerStep, of name: Int) -> Int {
    origins == nil ? FreezerNames.root : names.add(step, to: name)
  }

  private mutating func begin(_ elements: [Int?], name: Int) {
    writer.write(UInt8(ascii: "["))
    steps.append(.text("]"))
    for (index, element) in elements.enumerated().reversed() {
      steps.append(.element(element, name: inner(.index(index), of: name)))
      if index > 0 { steps.append(.text(",")) }
    }
  }

  private mutating func begin(_ elements: [ValueGraph.Element], name: Int) {
    writer.write(UInt8(ascii: "{"))
    steps.append(.text("}"))
    for (index, element) in elements.enumerated().reversed() {
      steps.append(.pair(element, name: inner(.key(element.key), of: name)))
      if index > 0 { steps.append(.text(",")) }
    }
  }
}
