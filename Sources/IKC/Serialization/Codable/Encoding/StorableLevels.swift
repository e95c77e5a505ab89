/// An array or hash that is being written, or, as the outermost level, the item itself.
struct StorableLevel {
  /// The container, among all of the session.
  let serial: UInt32
  let kind: EncodingSink.Place.Kind
  /// Where its tag is.
  let start: Int
  var count = 0
  /// The item that has been begun in it; 0 for none.
  var item: UInt32 = 0
  /// Whether something was written for that item.
  var isFilled = false
  /// Whether keys have flags.
  var isFlagged = false
  /// That item's key.
  var key = ""
}

/// The containers that are open, one inside the other; never empty.
struct StorableLevels: ~Copyable {
  private var base: UnsafeMutablePointer<StorableLevel>
  private var capacity = 8
  /// The index of the innermost one.
  private(set) var top = 0

  init(_ outermost: StorableLevel) {
    base = .allocate(capacity: capacity)
    base.initialize(to: outermost)
  }

  deinit {
    base.deinitialize(count: top + 1)
    base.deallocate()
  }

  @inline(__always)
  var innermost: StorableLevel {
    _read { yield base[top] }
    nonmutating _modify { yield &base[top] }
  }

  /// The level of that index; nil where there is none.
  @inline(__always)
  subscript(index: UInt32) -> StorableLevel? { index <= top ? base[Int(index)] : nil }

  mutating func push(_ level: StorableLevel) {
    top += 1
    if top == capacity { grow() }
    (base + top).initialize(to: level)
  }

  mutating func pop() -> StorableLevel {
    precondition(top > 0)
    top -= 1
    return (base + top + 1).move()
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<StorableLevel>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: base, count: capacity)
    base.deallocate()
    base = larger
    capacity *= 2
  }
}
