@testable import IKC

/// Makes graphs of everything that both sides can hold.
struct GraphGenerator {
  private var random: SeededGenerator
  private var nodes: [ValueGraph.Node] = []
  /// Arrays and hashes that may be referred to again, also while they are being filled.
  private var pool: [Int] = []
  private var budget = 0

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func graph() -> ValueGraph {
    nodes = []
    pool = []
    budget = 14
    let root = target(0)
    var graph = ValueGraph(nodes: nodes, root: root)
    graph.dropUnheld()
    return graph
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  private mutating func add(_ content: ValueGraph.Content, _ className: ByteString? = nil) -> Int {
    nodes.append(ValueGraph.Node(content, className: className))
    return nodes.count - 1
  }

  private mutating func variable(_ depth: Int) -> Int {
    budget -= 1
    let kind = below(depth > 5 || budget < 0 ? 10 : 18)
    switch kind {
    case 0: return add(.undef)
    case 1, 2: return add(.int(integer()))
    case 3: return add(.uint(UInt64.random(in: (1 << 63)...(.max), using: &random)))
    case 4: return add(.double(double()))
    case 5, 6: return add(.bytes(bytes()))
    case 7: return add(.text(text()))
    case 8: return add(.bool(below(2) == 0))
    case 9: return add(.version(literal: "v1.22.333", octets: ByteString("\u{1}\u{16}\u{14D}"), isText: true))
    default: return add(.reference(to: target(depth + 1), isWeak: false, isOverloaded: false))
    }
  }

  /// Something that a reference refers to.
  private mutating func target(_ depth: Int) -> Int {
    if depth > 0, !pool.isEmpty, below(6) == 0 { return pick(pool) }
    switch below(10) {
    case 0...3: return array(depth)
    case 4...7: return hash(depth)
    case 8:
      return add(.regexp(pattern: pick(["a.b", "x+", "caf\\xe9"]), flags: pick(["", "i", "msx"])))
    default:
      // What a reference refers to may be a plain variable.
      let node = variable(depth + 1)
      if case .reference = nodes[node].content { return node }
      if case .version = nodes[node].content { return node }
      nodes[node].className = className()
      return node
    }
  }

  private mutating func className() -> ByteString? {
    below(5) > 0
      ? nil : pick(["Plain", "Other::Class", ByteString([UInt8](repeating: 76, count: 140)), "C1", "C2", "C3"])
  }

  private mutating func array(_ depth: Int) -> Int {
    let node = add(.array([]), className())
    if below(3) == 0 { pool.append(node) }
    var elements: [Int?] = []
    for _ in 0..<below(6) {
      switch below(12) {
      // The last element of a Perl array exists.
      case 0: elements += [nil, variable(depth + 1)]
      case 1: elements.append(add(.immortal(nil)))
      case 2:
        if let again = elements.last ?? nil { elements.append(again) }
      case 3:
        let held = pick(pool.isEmpty ? [node] : pool)
        elements.append(add(.reference(to: held, isWeak: true, isOverloaded: false)))
        elements.append(add(.reference(to: held, isWeak: false, isOverloaded: false)))
      default: elements.append(variable(depth + 1))
      }
    }
    nodes[node].content = .array(elements)
    return node
  }

  private mutating func hash(_ depth: Int) -> Int {
    let node = add(.hash([], isRestricted: false), className())
    if below(3) == 0 { pool.append(node) }
    let isRestricted = nodes[node].className == nil && below(8) == 0
    var elements: [ValueGraph.Element] = []
    var keys: Set<Value.Hash.Key> = []
    for _ in 0..<below(below(8) == 0 ? 20 : 5) {
      let key = key()
      guard keys.insert(key).inserted else { continue }
      let isReadOnly = isRestricted && below(3) == 0
      elements.append(ValueGraph.Element(key: key, node: variable(depth + 1), isReadOnly: isReadOnly))
    }
    if isRestricted, !elements.isEmpty, below(2) == 0 {
      elements.append(ValueGraph.Element(key: "hidden", node: add(.immortal(nil)), isPlaceholder: true))
    }
    nodes[node].content = .hash(elements, isRestricted: isRestricted && !elements.isEmpty)
    return node
  }

  private mutating func key() -> Value.Hash.Key {
    switch below(6) {
    case 0: return Value.Hash.Key(bytes())
    case 1: return Value.Hash.Key(utf8: text())
    default: return Value.Hash.Key("key\(below(40))")
    }
  }

  private mutating func integer() -> Int64 {
    let edges: [Int64] = [
      0, 1, -1, 127, 128, -128, -129, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, .max, .min,
    ]
    if below(2) == 0 { return pick(edges) }
    return Int64(truncatingIfNeeded: random.next()) >> Int64(below(64))
  }

  private mutating func double() -> Double {
    let edges: [Double] = [
      0.1, 0.5, -0.5, 1e15, 1e16, 1e300, .leastNonzeroMagnitude, 0x1p53, 0x1p53 - 1, .infinity, -.infinity, -0.0,
      1.0 / 3, 1e21,
      0.0001, 0.00001, 123456789012345.5, 999999999999999.5, 2.5, 9.5e-5, 1e22, 1e23,
    ]
    if below(3) == 0 { return pick(edges) }
    let number = Double(bitPattern: random.next())
    if number.isNaN { return 1.5 }
    return below(2) == 0 ? number : Double(integer()) / Double(1 << below(40))
  }

  private mutating func length() -> Int {
    below(40) == 0 ? pick([127, 128, 254, 255, 256, 300]) : pick([0, 1, 2, 7, 8, 14, 15, 16, 17, 31])
  }

  private mutating func bytes() -> ByteString {
    ByteString((0..<length()).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }

  private mutating func text() -> ByteString {
    ByteString((0..<max(1, length())).map { _ in pick(["a", "z", "é", "€", "😀", "\u{FFFF}", "\0"]) }.joined())
  }
}
