extension Value {
  /// The elements of a Perl hash, in the order in which they were put in.
  ///
  /// A value type: copies share storage until one of them changes. Looking a key up takes constant
  /// time, removing one takes time in proportion to the count. Two hashes are equal where they hold
  /// the same elements, in whatever order.
  ///
  /// Unchecked: the storage is changed only where no other hash refers to it.
  public struct Hash: @unchecked Sendable {
    var storage: HashStorage?

    /// A hash without elements.
    public init() { storage = nil }

    /// What a decoder has built, and leaves to the hash.
    init(storage: HashStorage?) { self.storage = storage }

    /// An empty hash with room for `capacity` elements.
    public init(minimumCapacity capacity: Int) {
      storage = capacity > 0 ? HashStorage.make(capacity: capacity) : nil
    }

    /// A hash of `elements`; of those with the same key the last one counts.
    public init(_ elements: some Sequence<(Key, Value)>) {
      self.init(minimumCapacity: elements.underestimatedCount)
      for (key, value) in elements { self[key] = value }
    }

    /// How many elements there are.
    public var count: Int { storage?.count ?? 0 }

    /// Whether there is no element.
    public var isEmpty: Bool { count == 0 }

    /// The element of that key. Setting nil removes it; a new key goes to the end.
    public subscript(key: Key) -> Value? {
      get { storage?.table.find(key).map { storage.unsafelyUnwrapped[$0].value } }
      set {
        guard let newValue else {
          remove(key)
          return
        }
        makeUnique(room: 1)
        storage.unsafelyUnwrapped.table.set(key, newValue)
      }
    }

    /// The element of that text, as characters or, where there is none, as its UTF-8 in bytes.
    /// Setting nil removes it; a new key goes to the end.
    public subscript(text: String) -> Value? {
      get {
        let key = Key(text)
        if let found = self[key] { return found }
        return key.isText ? self[Key(ByteString(text))] : nil
      }
      set { self[Key(text)] = newValue }
    }

    /// The keys in order.
    public var keys: some Sequence<Key> { lazy.map(\.key) }

    /// The values in order.
    public var values: some Sequence<Value> { lazy.map(\.value) }

    private mutating func remove(_ key: Key) {
      guard let position = storage?.table.find(key) else { return }
      makeUnique(room: 0)
      storage.unsafelyUnwrapped.table.remove(at: position)
    }

    /// Makes the storage this hash's own, with room for so many more elements.
    private mutating func makeUnique(room: Int) {
      let (count, capacity) = (storage?.count ?? 0, storage?.room ?? 0)
      let needed = count + room
      // No other reference may be held here: it would count.
      if storage != nil, isKnownUniquelyReferenced(&storage), needed <= capacity { return }
      let larger = needed <= capacity ? capacity : Swift.max(needed, count * 2, 4)
      storage = storage?.copy(capacity: larger) ?? HashStorage.make(capacity: larger)
    }
  }
}

extension Value.Hash: Sequence {
  /// One element: its key and value.
  public typealias Element = (key: Key, value: Value)

  /// Steps through the elements in order.
  public struct Iterator: IteratorProtocol {
    let storage: HashStorage?
    var position = 0

    /// The next element; nil behind the last one.
    public mutating func next() -> Element? {
      guard let storage, position < storage.count else { return nil }
      defer { position += 1 }
      let entry = storage[position]
      return (entry.key, entry.value)
    }
  }

  /// An iterator over the elements as they are now.
  public func makeIterator() -> Iterator { Iterator(storage: storage) }

  /// The exact count.
  public var underestimatedCount: Int { count }
}

extension Value.Hash: Hashable {
  /// Whether both hold the same elements.
  public static func == (left: Self, right: Self) -> Bool {
    if left.storage === right.storage { return true }
    guard left.count == right.count else { return false }
    return left.allSatisfy { right[$0.key] == $0.value }
  }

  /// Feeds the elements to `hasher`, whatever their order.
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for (key, value) in self {
      var element = Hasher()
      element.combine(key)
      element.combine(value)
      sum ^= element.finalize()
    }
    hasher.combine(sum)
    hasher.combine(count)
  }
}

extension Value.Hash: ExpressibleByDictionaryLiteral {
  /// A hash of the literal's elements; of those with the same key the last one counts.
  public init(dictionaryLiteral elements: (Key, Value)...) { self.init(elements) }
}
