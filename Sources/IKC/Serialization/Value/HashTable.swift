/// The memory of a `HashStorage`: plain pointers, so that a decoder can fill it without counting
/// references or having its accesses checked.
struct HashTable {
  struct Header {
    var count: Int
    let room: Int
    /// Positions + 1 by the key's hash, open addressing; zero is free. Nil up to `linearLimit`.
    var index: UnsafeMutablePointer<UInt32>?
    var indexMask: Int
  }

  struct Entry {
    var key: Value.Hash.Key
    var value: Value
  }

  /// Up to this count a look-up compares one key after another.
  static let linearLimit = 8

  let head: UnsafeMutablePointer<Header>
  let entries: UnsafeMutablePointer<Entry>

  @inline(__always)
  var elements: UnsafeBufferPointer<Entry> { UnsafeBufferPointer(start: entries, count: head.pointee.count) }

  /// Whether a key had the UTF-8 flag.
  var hasTextKey: Bool { elements.contains { $0.key.isText } }

  func deinitialize() {
    entries.deinitialize(count: head.pointee.count)
    head.pointee.index?.deallocate()
  }

  /// Takes the first `count` entries for elements, which have been put there.
  func adopt(count: Int, indexed: Bool) {
    head.pointee.count = count
    if indexed { buildIndex() }
  }

  /// Where the element of that key is.
  func find(_ key: Value.Hash.Key) -> Int? {
    guard let index = head.pointee.index else { return scan(key) }
    let position = index[probe(key, index)]
    return position == 0 ? nil : Int(position) &- 1
  }

  @inline(__always)
  private func scan(_ key: Value.Hash.Key) -> Int? {
    for position in 0..<head.pointee.count where entries[position].key == key { return position }
    return nil
  }

  /// The slot that holds the key, or the free one where it belongs.
  private func probe(_ key: Value.Hash.Key, _ index: UnsafeMutablePointer<UInt32>) -> Int {
    let mask = head.pointee.indexMask
    var slot = key.hashValue & mask
    while true {
      let position = index[slot]
      if position == 0 || entries[Int(position) &- 1].key == key { return slot }
      slot = (slot &+ 1) & mask
    }
  }

  /// Puts an element in the place of the one with its key, or at the end, where there must be room.
  @inline(__always)
  func set(_ key: Value.Hash.Key, _ value: consuming Value) {
    if let index = head.pointee.index { return set(key, value, index) }
    if let position = scan(key) {
      entries[position].value = value
      return
    }
    append(key, value)
    if head.pointee.count > Self.linearLimit { buildIndex() }
  }

  @inline(never)
  private func set(_ key: Value.Hash.Key, _ value: consuming Value, _ index: UnsafeMutablePointer<UInt32>) {
    let slot = probe(key, index)
    let position = index[slot]
    if position != 0 {
      entries[Int(position) &- 1].value = value
      return
    }
    append(key, value)
    index[slot] = UInt32(truncatingIfNeeded: head.pointee.count)
  }

  @inline(__always)
  private func append(_ key: Value.Hash.Key, _ value: consuming Value) {
    precondition(head.pointee.count < head.pointee.room)
    (entries + head.pointee.count).initialize(to: Entry(key: key, value: value))
    head.pointee.count &+= 1
  }

  func remove(at position: Int) {
    precondition(position < head.pointee.count)
    let place = entries + position
    place.deinitialize(count: 1)
    place.moveInitialize(from: place + 1, count: head.pointee.count - position - 1)
    head.pointee.count -= 1
    if head.pointee.index != nil { buildIndex() }
  }

  /// Makes the index for the room that there is, and fills it.
  private func buildIndex() {
    head.pointee.index?.deallocate()
    var size = 32
    while size < head.pointee.room * 2 { size *= 2 }
    let index = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
    index.initialize(repeating: 0, count: size)
    head.pointee.index = index
    head.pointee.indexMask = size - 1
    for position in 0..<head.pointee.count {
      index[probe(entries[position].key, index)] = UInt32(truncatingIfNeeded: position + 1)
    }
  }
}
