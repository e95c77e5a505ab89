/// The elements of a hash behind their count, in one allocation; above eight of them also an index.
/// Only a `Value.Hash` or a decoder that holds the one reference to it changes it.
final class HashStorage: ManagedBuffer<HashStorage.Header, HashStorage.Entry> {
  struct Header {
    var count: Int
    let capacity: Int
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

  static func make(capacity: Int) -> HashStorage {
    let buffer = create(minimumCapacity: capacity) { _ in
      Header(count: 0, capacity: capacity, index: nil, indexMask: 0)
    }
    return unsafeDowncast(buffer, to: HashStorage.self)
  }

  deinit {
    withUnsafeMutablePointers { header, entries in
      entries.deinitialize(count: header.pointee.count)
      header.pointee.index?.deallocate()
    }
  }

  @inline(__always)
  private var entries: UnsafeMutablePointer<Entry> { withUnsafeMutablePointerToElements { $0 } }

  @inline(__always)
  subscript(position: Int) -> Entry {
    precondition(position < header.count)
    return entries[position]
  }

  func copy(capacity: Int) -> HashStorage {
    let result = HashStorage.make(capacity: capacity)
    result.entries.initialize(from: entries, count: header.count)
    result.header.count = header.count
    if header.index != nil { result.buildIndex() }
    return result
  }

  /// The elements in a larger storage; here are none then.
  func moved(capacity: Int) -> HashStorage {
    let result = HashStorage.make(capacity: capacity)
    result.entries.moveInitialize(from: entries, count: header.count)
    result.header.count = header.count
    if header.index != nil { result.buildIndex() }
    header.count = 0
    return result
  }

  /// Whether a key had the UTF-8 flag.
  var hasTextKey: Bool {
    let entries = entries
    for position in 0..<header.count where entries[position].key.isText { return true }
    return false
  }

  /// Where the element of that key is.
  func find(_ key: Value.Hash.Key) -> Int? {
    if header.index == nil { return scan(key) }
    let slot = probe(key)
    let position = header.index.unsafelyUnwrapped[slot]
    return position == 0 ? nil : Int(position) &- 1
  }

  @inline(__always)
  private func scan(_ key: Value.Hash.Key) -> Int? {
    let entries = entries
    for position in 0..<header.count where entries[position].key == key { return position }
    return nil
  }

  /// The slot that holds the key, or the free one where it belongs.
  private func probe(_ key: Value.Hash.Key) -> Int {
    let index = header.index.unsafelyUnwrapped
    let entries = entries
    var slot = key.hashValue & header.indexMask
    while true {
      let position = index[slot]
      if position == 0 || entries[Int(position) &- 1].key == key { return slot }
      slot = (slot &+ 1) & header.indexMask
    }
  }

  /// Puts an element in the place of the one with its key, or at the end, where there must be room.
  @inline(__always)
  func set(_ key: Value.Hash.Key, _ value: consuming Value) {
    precondition(header.count < header.capacity)
    if header.index == nil {
      if let position = scan(key) {
        entries[position].value = value
        return
      }
      append(key, value)
      if header.count > Self.linearLimit { buildIndex() }
    } else {
      setIndexed(key, value)
    }
  }

  private func setIndexed(_ key: Value.Hash.Key, _ value: consuming Value) {
    let slot = probe(key)
    let index = header.index.unsafelyUnwrapped
    let position = index[slot]
    if position != 0 {
      entries[Int(position) &- 1].value = value
      return
    }
    append(key, value)
    index[slot] = UInt32(truncatingIfNeeded: header.count)
  }

  @inline(__always)
  private func append(_ key: Value.Hash.Key, _ value: consuming Value) {
    (entries + header.count).initialize(to: Entry(key: key, value: value))
    header.count &+= 1
  }

  func remove(at position: Int) {
    precondition(position < header.count)
    let place = entries + position
    place.deinitialize(count: 1)
    place.moveInitialize(from: place + 1, count: header.count - position - 1)
    header.count -= 1
    if header.index != nil { buildIndex() }
  }

  /// Makes the index for the capacity that there is, and fills it.
  private func buildIndex() {
    header.index?.deallocate()
    var size = 32
    while size < header.capacity * 2 { size *= 2 }
    let index = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
    index.initialize(repeating: 0, count: size)
    header.index = index
    header.indexMask = size - 1
    for position in 0..<header.count {
      index[probe(entries[position].key)] = UInt32(truncatingIfNeeded: position + 1)
    }
  }
}
