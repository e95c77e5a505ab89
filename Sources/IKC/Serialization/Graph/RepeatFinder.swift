/// Finds what a graph refers to more than once, in the order in which the second references come.
struct RepeatFinder {
  private enum Seen: UInt8 { case never, once, again }

  private let graph: ValueGraph
  private var seen: [Seen]
  private(set) var repeated: [Int] = []

  init(_ graph: ValueGraph) {
    self.graph = graph
    seen = Array(repeating: .never, count: graph.nodes.count)
  }

  /// Follows all references from a reference to `root` on; `order` says how a hash's elements follow one another.
  mutating func find(
    from root: Int, order: ([ValueGraph.Element]) -> [ValueGraph.Element]
  ) throws(IKCError) {
    // Variables to look at, the next one last.
    var pending: [Int] = []
    try visit(root, &pending, order)
    while let variable = pending.popLast() {
      switch try graph.node(variable).content {
      case .reference(let target, _, _): try visit(target, &pending, order)
      case .array, .hash: try visit(variable, &pending, order)
      default: break
      }
    }
  }

  private mutating func visit(
    _ target: Int, _ pending: inout [Int], _ order: ([ValueGraph.Element]) -> [ValueGraph.Element]
  ) throws(IKCError) {
    let node = try graph.node(target)
    switch seen[target] {
    case .again: return
    case .once:
      seen[target] = .again
      repeated.append(target)
      return
    case .never: seen[target] = .once
    }
    switch node.content {
    case .array(let elements): for case let element? in elements.reversed() { pending.append(element) }
    case .hash(let elements, _): for element in order(elements).reversed() { pending.append(element.node) }
    case .reference: pending.append(target)
    default: break
    }
  }
}
