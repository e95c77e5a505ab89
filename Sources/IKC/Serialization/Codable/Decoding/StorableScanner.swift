/// Lays one Storable item out on a tape, in a single pass without recursion.
///
/// References are followed, classes dropped: `Decodable` types ask for neither. What the tape has no form
/// for (hooks, tied variables, code) makes the caller take the way over `Value`.
struct StorableScanner: ~Copyable {
  /// The deepest nesting that is followed.
  static let depthLimit = 1000
  /// The deepest nesting of which values are made from the tape.
  private static let buildableDepth = 128

  let base: UnsafeRawPointer
  let firstTag: Int
  var cursor: StorableCursor
  var tape: Tape
  private var depth = 0
  /// The node of each tag number from `firstTag` on; made when the first back reference comes.
  var tags: [UInt32] = []
  var hasTags = false
  /// Whether the last error was that the tape has no form for the item, which can still be good: it refers
  /// to one outside of it, or holds what only a `Value` stands for.
  var isUnsuited = false

  /// A scanner for the item at `offset` of `image`, the first tag number of which is `firstTag`.
  init(image: UnsafeRawBufferPointer, at offset: Int, firstTag: Int, order: StorableOrder) throws(IKCError) {
    guard let base = image.baseAddress, offset >= 0, offset < image.count else {
      throw .storable("ends where an item should begin", at: image.count)
    }
    guard image.count <= Int32.max else { throw .storable("is longer than 2 GiB") }
    self.base = base
    self.firstTag = firstTag
    cursor = StorableCursor(image, at: offset, order: order)
    tape = Tape(minimumCapacity: min((image.count - offset) / 8 + 8, 65_536))
  }

  /// The tape, complete.
  consuming func finish() -> Tape { tape }

  /// Scans the item and everything below it.
  mutating func scan() throws(IKCError) {
    var parent = Parent()
    while true {
      if parent.isHash { tape.append(TapeNode(.key)) }
      var item = tape.end
      let flags = try scanItem()
      if !flags.isEmpty, parent.index != Tape.none, flags.contains(.hasMore) {
        tape[parent.index].flags.insert(.hasMore)
      }
      if flags.contains(.isOpen) {
        try descend(to: item, &parent)
        if parent.remaining > 0 { continue }
        item = ascend(&parent)
      }
      // An element is complete: take its key, and close what is complete with it.
      while parent.index != Tape.none {
        if parent.isHash { try scanKey(of: item, isFlagged: parent.isFlagged) }
        parent.remaining &-= 1
        if parent.remaining > 0 { break }
        item = ascend(&parent)
      }
      if parent.index == Tape.none { return }
    }
  }

  /// The innermost open container.
  private struct Parent {
    var index = Tape.none
    /// How many elements are still to come.
    var remaining: UInt32 = 0
    var isHash = false
    var isFlagged = false
  }

  /// Goes on inside the container `index`.
  private mutating func descend(to index: UInt32, _ parent: inout Parent) throws(IKCError) {
    depth &+= 1
    guard depth <= Self.depthLimit else { throw tooDeep }
    // `ValueBuilder` calls itself for each level, `StorableReader` does not.
    if depth > Self.buildableDepth { tape[index].flags.insert(.hasMore) }
    let node = tape[index]
    // While a container is open, `first` is its parent and `next` what its parent still lacks.
    tape[index].first = parent.index
    tape[index].next = parent.remaining
    parent = Parent(
      index: index, remaining: node.second, isHash: node.kind == .hash && node.second > 0,
      isFlagged: node.flags.contains(.isFlagged))
  }

  /// Ends the innermost container, and gives its index.
  private mutating func ascend(_ parent: inout Parent) -> UInt32 {
    let index = parent.index
    var node = tape[index]
    parent = Parent(index: node.first, remaining: node.next)
    if parent.index != Tape.none {
      let outer = tape[parent.index]
      parent.isHash = outer.kind == .hash
      parent.isFlagged = outer.flags.contains(.isFlagged)
      if node.flags.contains(.hasMore) { tape[parent.index].flags.insert(.hasMore) }
    }
    node.first = index &+ 1
    node.next = tape.end
    node.flags.remove(.isOpen)
    tape[index] = node
    if node.kind == .hash { HashKeys.voidDuplicates(of: index, in: tape, base: base) }
    depth &-= 1
    return index
  }
}
