extension FreezeThawReader {
  /// Reads the list of what occurs more than once: first an empty container for each, then what it holds.
  mutating func readRepeated() throws(IKCError) {
    guard let last = cursor.number(), cursor.skip(ascii: "|") else {
      throw cursor.failure("has no number of repeated items where one belongs")
    }
    // Each takes five bytes at least.
    guard last < cursor.remaining / 5 else { throw cursor.failure("repeats more items than it has room for") }
    var allocated: [(node: Int, isObject: Bool)] = []
    for _ in 0...last { allocated.append(try allocate()) }
    repeated = allocated.map(\.node)
    for (node, isObject) in allocated { try fill(node, isObject: isObject) }
  }

  private mutating func allocate() throws(IKCError) -> (node: Int, isObject: Bool) {
    let isObject = cursor.skip(ascii: "{")
    if isObject { _ = try readClass() }
    if cursor.skip("@0|") { return (add(.array([])), isObject) }
    if cursor.skip("%0|") { return (add(.hash([], isRestricted: false)), isObject) }
    if cursor.skip("\\_") { return (add(.undef), isObject) }
    if cursor.skip(ascii: "/") {
      _ = try octets()
      return (add(.regexp(pattern: "", flags: "")), isObject)
    }
    throw cursor.failure("repeats what is no empty container")
  }

  private mutating func fill(_ node: Int, isObject: Bool) throws(IKCError) {
    guard cursor.skip(ascii: "}") == isObject else { throw cursor.failure("fills a container of another kind") }
    let className = isObject ? try readClass() : nil
    if cursor.next == UInt8(ascii: "<") { throw cursor.failure("fills a container with another") }
    let variable = try item()
    guard case .reference(let target, _, _) = nodes[variable].content else {
      throw cursor.failure("fills a container with what is none")
    }
    switch (nodes[node].content, nodes[target].content) {
    case (.array, .array), (.hash, .hash), (.regexp, .regexp): break
    case (.undef, .array), (.undef, .hash), (.undef, .regexp), (.array, _), (.hash, _), (.regexp, _):
      throw cursor.failure("fills a container of another kind")
    default: break
    }
    nodes[node].content = nodes[target].content
    nodes[node].className = className ?? nodes[target].className
  }
}
