/// What the text formats are read and written within.
enum TextLimits {
  /// How deep arrays, hashes and references may be nested: as deep as Storable would write arrays.
  static let maximumDepth = StorableNesting.maximumDepth
  /// The bytes that an encoded value may take by default: 100 MiB.
  static let defaultMaximumSize = 100 << 20
}

extension ValueGraph {
  /// The graph of a variable that holds the value, for a text of at most `maximumSize` bytes.
  init(variable value: Value, maximumSize: Int) throws(IKCError) {
    // Every node takes a byte at least.
    try self.init(
      .reference(value), maximumDepth: 2 * TextLimits.maximumDepth,
      maximumCount: min(Self.maximumCount, max(maximumSize, 2)))
  }

  /// What the variable at `root` holds.
  func variable() throws(IKCError) -> Value {
    var flattener = GraphFlattener(self, maximumDepth: TextLimits.maximumDepth, isBounded: true)
    guard case .reference(let value) = try flattener.value(root) else {
      throw IKCError(.cannotDecode, "The graph holds a cycle, which a plain value can't")
    }
    return value
  }

  /// The same graph from what the variable at `root` refers to; nil where that is nothing.
  func withoutVariable() -> ValueGraph? {
    guard case .reference(let target, _, _) = nodes[root].content else { return nil }
    return ValueGraph(nodes: nodes, root: target)
  }
}
