/// The elements of a hash behind their count, in one allocation; above eight of them also an index.
/// Only a `Value.Hash` or a decoder that holds the one reference to it changes it.
final class HashStorage: ManagedBuffer<HashTable.Header, HashTable.Entry> {
  /// A storage with room for `capacity` elements.
  static func make(capacity: Int) -> HashStorage {
    let buffer = create(minimumCapacity: capacity) { _ in
      HashTable.Header(count: 0, room: capacity, index: nil, indexMask: 0)
    }
    return unsafeDowncast(buffer, to: HashStorage.self)
  }

  deinit { table.deinitialize() }

  /// What is stored; valid as long as the storage is held.
  @inline(__always)
  var table: HashTable { withUnsafeMutablePointers { HashTable(head: $0, entries: $1) } }

  @inline(__always)
  var count: Int { table.head.pointee.count }

  /// How many elements there is room for.
  @inline(__always)
  var room: Int { table.head.pointee.room }

  @inline(__always)
  subscript(position: Int) -> HashTable.Entry {
    precondition(position < count)
    return table.entries[position]
  }

  /// A storage of its own with the same elements.
  func copy(capacity: Int) -> HashStorage {
    let result = HashStorage.make(capacity: capacity)
    result.table.entries.initialize(from: table.entries, count: count)
    result.table.adopt(count: count, indexed: table.head.pointee.index != nil)
    return result
  }

  /// The elements in a larger storage; here are none then.
  func moved(capacity: Int) -> HashStorage {
    let result = HashStorage.make(capacity: capacity)
    result.table.entries.moveInitialize(from: table.entries, count: count)
    result.table.adopt(count: count, indexed: table.head.pointee.index != nil)
    table.head.pointee.count = 0
    return result
  }
}
