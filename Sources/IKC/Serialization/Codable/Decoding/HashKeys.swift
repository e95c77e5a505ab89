/// The keys of one hash on the tape of an image.
enum HashKeys {
  /// Up to this count each key is compared with all before it.
  private static let linearLimit = 24

  /// Marks keys as void that a later one is equal to: the last one wins, as in Perl.
  @inline(__always)
  static func voidDuplicates(of hash: UInt32, in tape: borrowing Tape, base: UnsafeRawPointer) {
    let count = Int(tape[hash].second)
    if count < 2 { return }
    if count <= linearLimit { compareAll(of: hash, in: tape, base: base) } else { index(hash, in: tape, base: base) }
  }

  private static func compareAll(of hash: UInt32, in tape: borrowing Tape, base: UnsafeRawPointer) {
    let nodes = tape.nodes
    let end = nodes[Int(hash)].next
    var earlier = hash &+ 1
    while true {
      let node = nodes[Int(earlier)]
      var later = node.next
      if later == end { return }
      repeat {
        let other = nodes[Int(later)]
        if other.mark == node.mark, other.second == node.second, areEqual(node, other, base) {
          nodes[Int(earlier)].flags.insert(.isVoid)
        }
        later = other.next
      } while later != end
      earlier = node.next
    }
  }

  /// The same by way of a table, whose hash function a peer can't foresee.
  private static func index(_ hash: UInt32, in tape: borrowing Tape, base: UnsafeRawPointer) {
    let nodes = tape.nodes
    let mask = Int(tape[hash].second).largestPowerOfTwo * 4 - 1
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: mask + 1) { table in
      table.initialize(repeating: Tape.none)
      var key = hash &+ 1
      let end = nodes[Int(hash)].next
      while key != end {
        let node = nodes[Int(key)]
        var hasher = Hasher()
        hasher.combine(bytes: bytes(node, base))
        var slot = hasher.finalize() & mask
        while table[slot] != Tape.none, !areEqual(nodes[Int(table[slot])], node, base) { slot = (slot + 1) & mask }
        if table[slot] != Tape.none { nodes[Int(table[slot])].flags.insert(.isVoid) }
        table[slot] = key
        key = node.next
      }
    }
  }

  @inline(__always)
  private static func areEqual(_ left: TapeNode, _ right: TapeNode, _ base: UnsafeRawPointer) -> Bool {
    left.second == right.second && areEqual(bytes(left, base), base + Int(right.first))
  }

  /// Whether `key` is equal to as many bytes at `other`.
  @inline(__always)
  static func areEqual(_ key: UnsafeRawBufferPointer, _ other: UnsafeRawPointer) -> Bool {
    let count = key.count
    guard let start = key.baseAddress else { return true }
    // Two loads that may overlap take every length up to twice theirs.
    if count >= 8, count <= 16 {
      return load(start, 0, UInt64.self) == load(other, 0, UInt64.self)
        && load(start, count &- 8, UInt64.self) == load(other, count &- 8, UInt64.self)
    }
    if count >= 4, count < 8 {
      return load(start, 0, UInt32.self) == load(other, 0, UInt32.self)
        && load(start, count &- 4, UInt32.self) == load(other, count &- 4, UInt32.self)
    }
    return Text.equal(key, UnsafeRawBufferPointer(start: other, count: count))
  }

  @inline(__always)
  private static func load<Word: FixedWidthInteger & BitwiseCopyable>(
    _ start: UnsafeRawPointer, _ offset: Int, _ type: Word.Type
  ) -> Word {
    start.loadUnaligned(fromByteOffset: offset, as: type)
  }

  @inline(__always)
  private static func bytes(_ key: TapeNode, _ base: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + Int(key.first), count: Int(key.second))
  }
}

extension Int {
  /// The largest power of two that is not above the number, which is positive.
  fileprivate var largestPowerOfTwo: Int { 1 << (Int.bitWidth - 1 - leadingZeroBitCount) }
}
