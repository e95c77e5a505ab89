/// Lists of calls with the same time-out, each in order of their deadlines.
struct CallTimeouts: ~Copyable {
  struct List {
    var milliseconds: Int64
    var first = CallTable.none
    var last = CallTable.none
  }

  /// Beyond so many a list without calls is given to another time-out.
  private static let enough = 16

  private var base = UnsafeMutablePointer<List>.allocate(capacity: enough)
  private var capacity = enough
  private(set) var count = 0
  private var last = 0

  deinit { base.deallocate() }

  /// The list at `index`; the pointer holds until a list is added.
  @inline(__always)
  subscript(index: Int) -> UnsafeMutablePointer<List> {
    assert(index < count)
    return base + index
  }

  /// The list of a time-out.
  @inline(__always)
  mutating func index(of milliseconds: Int64) -> Int {
    if last < count, base[last].milliseconds == milliseconds { return last }
    last = find(milliseconds)
    return last
  }

  @inline(never)
  private mutating func find(_ milliseconds: Int64) -> Int {
    for index in 0..<count where base[index].milliseconds == milliseconds { return index }
    if count >= Self.enough {
      for index in 0..<count where base[index].first == CallTable.none {
        base[index] = List(milliseconds: milliseconds)
        return index
      }
    }
    if count == capacity {
      let larger = UnsafeMutablePointer<List>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: base, count: capacity)
      base.deallocate()
      base = larger
      capacity *= 2
    }
    (base + count).initialize(to: List(milliseconds: milliseconds))
    count += 1
    return count - 1
  }
}
