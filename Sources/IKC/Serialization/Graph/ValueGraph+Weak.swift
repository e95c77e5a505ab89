extension ValueGraph {
  /// The nodes that this one keeps alive.
  func held(by node: Int) -> [Int] {
    switch nodes[node].content {
    case .reference(let target, let isWeak, _): isWeak ? [] : [target]
    case .array(let elements): elements.compactMap { $0 }
    case .hash(let elements, _): elements.filter { !$0.isPlaceholder }.map(\.node)
    case .tied(_, let object): [object]
    case .tiedKey(let object, let key): [object, key]
    case .tiedIndex(let object, _): [object]
    case .hook(let hook): hook.references + (hook.tie.map { [$0] } ?? [])
    default: []
    }
  }

  /// Makes weak references to what nothing holds undefined, as they are in Perl.
  mutating func dropUnheld() {
    let weak = nodes.indices.filter {
      if case .reference(_, isWeak: true, _) = nodes[$0].content { true } else { false }
    }
    if weak.isEmpty { return }
    var isHeld = [Bool](repeating: false, count: nodes.count)
    var pending = [root]
    while let node = pending.popLast() {
      if isHeld[node] { continue }
      isHeld[node] = true
      pending.append(contentsOf: held(by: node))
    }
    for node in weak {
      if case .reference(let target, _, _) = nodes[node].content, !isHeld[target] { nodes[node] = Node(.undef) }
    }
  }
}
