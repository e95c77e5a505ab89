/// Writes a graph as FreezeThaw text, without recursion.
///
/// What is referred to more than once stands in a list at the beginning, in the order in which the second
/// references come. Regular expressions are written where they are: Perl reads shared ones as empty.
struct FreezeThawWriter: ~Copyable {
  private static let hole = -1

  private let graph: ValueGraph
  private let maximumSize: Int
  private var writer = ByteWriter(capacity: 256)
  /// Variables to write, the next one last.
  private var pending: [Int] = []
  private var classes: [ByteString: Int] = [:]
  /// By node: its number in the list of the repeated.
  private let numbers: [Int: Int]

  private init(_ graph: ValueGraph, numbers: [Int: Int], maximumSize: Int) {
    self.graph = graph
    self.numbers = numbers
    self.maximumSize = maximumSize
  }

  /// What the variable holds. Nothing in the graph may be referred to twice.
  static func write(variable: Int, of graph: ValueGraph, maximumSize: Int) throws(IKCError) -> [UInt8] {
    var writer = FreezeThawWriter(graph, numbers: [:], maximumSize: maximumSize)
    writer.writer.write(utf8: "FrT;@1|")
    try writer.write(variable: variable)
    try writer.drain()
    return [UInt8](writer.writer.bytes)
  }

  /// A reference to the node.
  static func write(referenceTo root: Int, of graph: ValueGraph, maximumSize: Int) throws(IKCError) -> [UInt8] {
    var repeats = RepeatFinder(graph)
    try repeats.find(from: root) { FreezeThawWriter.sorted($0) }
    var numbers: [Int: Int] = [:]
    let repeated = repeats.repeated.filter { if case .regexp = graph.nodes[$0].content { false } else { true } }
    for (number, node) in repeated.enumerated() { numbers[node] = number }
    var writer = FreezeThawWriter(graph, numbers: numbers, maximumSize: maximumSize)
    writer.writer.write(utf8: "FrT;")
    try writer.write(repeated: repeated)
    writer.writer.write(utf8: "@1|")
    try writer.write(referenceTo: root)
    try writer.drain()
    return [UInt8](writer.writer.bytes)
  }

  private mutating func drain() throws(IKCError) {
    while let variable = pending.popLast() {
      if writer.count > maximumSize { throw .unthawable("more than \(maximumSize) bytes in one value") }
      if variable == Self.hole {
        writer.write(UInt8(ascii: "_"))
      } else {
        try write(variable: variable)
      }
    }
  }

  private mutating func write(repeated: [Int]) throws(IKCError) {
    if repeated.isEmpty { return }
    writer.write(UInt8(ascii: "!"))
    writer.write(decimal: repeated.count - 1)
    writer.write(UInt8(ascii: "|"))
    for index in repeated {
      let node = try graph.node(index)
      if let name = node.className { write(class: name, as: "{") }
      switch node.content {
      case .array: writer.write(utf8: "@0|")
      case .hash: writer.write(utf8: "%0|")
      default: writer.write(utf8: "\\_")
      }
    }
    for index in repeated {
      let node = try graph.node(index)
      if let name = node.className { write(class: name, as: "}") }
      try write(body: node, index)
      try drain()
    }
  }

  // MARK: Items

  private mutating func write(variable index: Int) throws(IKCError) {
    let node = try graph.node(index)
    switch node.content {
    case .undef, .immortal(nil): writer.write(UInt8(ascii: "_"))
    case .bool(let flag), .immortal(let flag?): writer.write(utf8: flag ? "$1|1" : "$0|")
    case .int(let number): write(number: String(number))
    case .uint(let number): write(number: String(number))
    case .double(let number): DecimalText(number).withUnsafeBytes { write(string: $0) }
    case .bytes(let octets): octets.withUnsafeBytes { write(string: $0) }
    case .text(let octets): try write(text: octets)
    case .version(_, let octets, let isText):
      if isText { try write(text: octets) } else { octets.withUnsafeBytes { write(string: $0) } }
    case .reference(let target, _, _): try write(referenceTo: target)
    case .tied, .tiedKey, .tiedIndex: throw Self.opaque(node)
    case .array, .hash, .regexp, .hook: try write(referenceTo: index)
    }
  }

  private static func opaque(_ node: ValueGraph.Node) -> IKCError {
    if case .hook = node.content {
      return .unthawable("an object that only Storable can freeze, of class \(node.className ?? "")")
    }
    return .unthawable("a tied variable, whose content only its class knows")
  }

  private mutating func write(string octets: UnsafeRawBufferPointer) {
    writer.write(UInt8(ascii: "$"))
    writer.write(decimal: octets.count)
    writer.write(UInt8(ascii: "|"))
    writer.write(octets)
  }

  private mutating func write(number text: String) {
    var text = text
    text.withUTF8 { write(string: UnsafeRawBufferPointer($0)) }
  }

  private mutating func write(text octets: ByteString) throws(IKCError) {
    guard octets.isASCII else {
      throw .unthawable(
        "text with characters beyond ASCII, of which a Perl peer would die: send its UTF-8 as bytes, "
          + "or use Storable")
    }
    octets.withUnsafeBytes { write(string: $0) }
  }

  private mutating func write(class name: ByteString, as mark: Unicode.Scalar) {
    writer.write(UInt8(ascii: mark))
    let known = classes[name]
    let number = known ?? classes.count
    writer.write(UInt8(ascii: known == nil ? ">" : ")"))
    writer.write(decimal: number)
    writer.write(UInt8(ascii: "|"))
    if known == nil {
      classes[name] = number
      name.withUnsafeBytes { write(string: $0) }
    }
  }

  private mutating func write(referenceTo index: Int) throws(IKCError) {
    if let number = numbers[index] {
      writer.write(UInt8(ascii: "<"))
      writer.write(decimal: number)
      return writer.write(UInt8(ascii: "|"))
    }
    let node = try graph.node(index)
    if case .regexp(let pattern, let flags) = node.content {
      let text = RegexpText.join(pattern: pattern, flags: flags)
      guard RegexpText.isWhole(text) else { throw .unthawable("a regular expression whose brackets do not match") }
      writer.write(UInt8(ascii: "/"))
      writer.write(decimal: text.count)
      writer.write(UInt8(ascii: "|"))
      return writer.write(text)
    }
    if let name = node.className { write(class: name, as: ">") }
    try write(body: node, index)
  }

  /// Writes what a node holds that a reference refers to.
  private mutating func write(body node: ValueGraph.Node, _ index: Int) throws(IKCError) {
    switch node.content {
    case .array(let elements):
      writer.write(UInt8(ascii: "@"))
      writer.write(decimal: elements.count)
      writer.write(UInt8(ascii: "|"))
      for element in elements.reversed() { pending.append(element ?? Self.hole) }
    case .hash(let elements, _):
      let elements = Self.sorted(elements)
      writer.write(UInt8(ascii: "%"))
      writer.write(decimal: elements.count * 2)
      writer.write(UInt8(ascii: "|"))
      for element in elements {
        if element.key.isText {
          try write(text: element.key.bytes)
        } else {
          element.key.stored.withUnsafeBytes { write(string: $0) }
        }
      }
      for element in elements.reversed() { pending.append(element.node) }
    case .hook(let hook) where hook.kind == .scalar && hook.tie == nil && hook.references.isEmpty:
      hook.frozen.withUnsafeBytes { write(string: $0) }
    case .tied, .hook: throw Self.opaque(node)
    default:
      writer.write(UInt8(ascii: "\\"))
      pending.append(index)
    }
  }

  private static func sorted(_ elements: [ValueGraph.Element]) -> [ValueGraph.Element] {
    elements.filter { !$0.isPlaceholder }.sorted { $0.key.stored < $1.key.stored }
  }
}
