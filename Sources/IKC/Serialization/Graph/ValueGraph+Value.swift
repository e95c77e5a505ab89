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
    let root = try builder.build(value)
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
