/// The nodes of a value that is being decoded, and what they refer to.
///
/// Decoding goes in two steps: one pass over the image (or, step by step, the `Value`) checks it and
/// lays its structure out as nodes; then the `Decodable` type picks what it asks for, in whatever order,
/// by index. Nothing has to be skipped twice, and nothing that a peer sent is looked at unchecked.
struct Tape: ~Copyable {
  /// Index of a node that is undef and belongs to nothing; it also stands for "no node".
  static let none: UInt32 = 0
  /// Index of the value itself.
  static let root: UInt32 = 1

  private(set) var nodes: UnsafeMutablePointer<TapeNode>
  private(set) var count: Int
  private var capacity: Int

  init(minimumCapacity: Int) {
    capacity = max(minimumCapacity, 16)
    nodes = .allocate(capacity: capacity)
    nodes.initialize(to: TapeNode(.undef, next: 1))
    count = 1
  }

  deinit { nodes.deallocate() }

  /// The index that the next node gets.
  @inline(__always)
  var end: UInt32 { UInt32(truncatingIfNeeded: count) }

  @inline(__always)
  mutating func append(_ node: TapeNode) {
    if count == capacity { grow() }
    (nodes + count).initialize(to: node)
    count &+= 1
  }

  @inline(__always)
  subscript(index: UInt32) -> TapeNode {
    get {
      precondition(Int(index) < count, "a decoder was used after its decode call had returned")
      return nodes[Int(index)]
    }
    nonmutating _modify {
      precondition(Int(index) < count, "a decoder was used after its decode call had returned")
      yield &nodes[Int(index)]
    }
  }

  /// Drops all nodes; every later access traps.
  mutating func clear() { count = 0 }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<TapeNode>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: nodes, count: count)
    nodes.deallocate()
    nodes = larger
    capacity *= 2
  }
}
