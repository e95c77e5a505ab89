/// Lays one Storable item out on a tape, in a single pass without recursion.
///
/// References are followed, classes dropped: `Decodable` types ask for neither. What the tape has no form
/// for (hooks, tied variables, code) makes the caller take the way over `Value`.
struct StorableScanner: ~Copyable {
  /// The deepest nesting that is followed.
  static let depthLimit = 1000

  private let base: UnsafeRawPointer
  private let firstTag: Int
  private var cursor: StorableCursor
  private(set) var tape: Tape
  private var depth = 0
  /// The node of each tag number from `firstTag` on; made when the first back reference comes.
  private var tags: [UInt32] = []
  private var hasTags = false
  /// Whether the last error was that the tape has no form for the item, which can still be good: it refers
  /// to one outside of it, or holds what only a `Value` stands for.
  private(set) var isUnsuited = false

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

// MARK: - Items

extension StorableScanner {
  /// Appends the node of the next item, and gives its flags; an open container's elements follow.
  @inline(__always)
  private mutating func scanItem() throws(IKCError) -> TapeNode.Flags {
    let tag = try cursor.byte()
    switch tag {
    case StorableTag.scalar:
      return try appendText(.bytes, Int(try cursor.byte()), 1, [])
    case StorableTag.byte:
      return append(.int, UInt64(bitPattern: Int64(try cursor.byte()) &- 128), 1, [])
    default:
      return try scanWrapped(tag)
    }
  }

  /// The same for an item that may have references and classes in front.
  private mutating func scanWrapped(_ first: UInt8) throws(IKCError) -> TapeNode.Flags {
    var tag = first
    var references = 0
    var flags: TapeNode.Flags = []
    while true {
      switch tag {
      case StorableTag.reference:
        references += 1
      case StorableTag.weakReference, StorableTag.overload, StorableTag.weakOverload:
        references += 1
        flags.insert(.hasMore)
      case StorableTag.bless:
        _ = try cursor.take(try shortOrLong())
        flags.insert(.hasMore)
      case StorableTag.blessByIndex:
        _ = try shortOrLong()
        flags.insert(.hasMore)
      case StorableTag.version:
        _ = try cursor.take(Int(try cursor.byte()))
        flags.insert(.hasMore)
      case StorableTag.longVersion:
        _ = try cursor.take(try cursor.length())
        flags.insert(.hasMore)
      default:
        return try scanReferent(tag, references, flags)
      }
      guard references <= Self.depthLimit else { throw tooDeep }
      tag = try cursor.byte()
    }
  }

  @inline(__always)
  private mutating func scanReferent(_ tag: UInt8, _ references: Int, _ flags: TapeNode.Flags) throws(IKCError)
    -> TapeNode.Flags
  {
    let mark = UInt16(truncatingIfNeeded: references &+ 1)
    switch tag {
    case StorableTag.scalar:
      return try appendText(.bytes, Int(try cursor.byte()), mark, flags)
    case StorableTag.text:
      return try appendText(.text, Int(try cursor.byte()), mark, flags)
    case StorableTag.longScalar:
      return try appendText(.bytes, try cursor.length(), mark, flags)
    case StorableTag.longText:
      return try appendText(.text, try cursor.length(), mark, flags)
    case StorableTag.byte:
      return append(.int, UInt64(bitPattern: Int64(try cursor.byte()) &- 128), mark, flags)
    case StorableTag.networkInteger:
      return append(
        .int, UInt64(bitPattern: Int64(Int32(bigEndian: try cursor.take(4).loadUnaligned(as: Int32.self)))), mark, flags
      )
    case StorableTag.integer:
      return append(.int, try cursor.nativeWord(), mark, flags)
    case StorableTag.double:
      return append(.double, try cursor.nativeWord(), mark, flags)
    case StorableTag.undef, StorableTag.immortalUndef, StorableTag.undefElement:
      return append(.undef, 0, mark, flags)
    case StorableTag.immortalTrue, StorableTag.booleanTrue:
      return append(.bool, 1, mark, flags)
    case StorableTag.immortalFalse, StorableTag.booleanFalse:
      return append(.bool, 0, mark, flags)
    case StorableTag.array:
      return try open(.array, elementSize: 1, mark, flags)
    case StorableTag.hash:
      return try open(.hash, elementSize: 5, mark, flags)
    case StorableTag.flagHash:
      // The flags of the hash itself say only whether it is restricted.
      _ = try cursor.byte()
      return try open(.hash, elementSize: 6, mark, flags.union(.isFlagged))
    case StorableTag.object:
      return try appendShared(references, flags)
    case StorableTag.regexp:
      let isLong = try cursor.byte() & StorableFlag.regexpLongPattern != 0
      _ = try cursor.take(isLong ? try cursor.length() : Int(try cursor.byte()))
      _ = try cursor.take(Int(try cursor.byte()))
      return append(.opaque, 0, mark, [flags, .hasMore])
    case StorableTag.hook, StorableTag.tiedArray, StorableTag.tiedHash, StorableTag.tiedScalar, StorableTag.tiedKey,
      StorableTag.tiedIndex, StorableTag.code, StorableTag.largeObject:
      throw unsuited
    default:
      throw .storable("holds an item of unknown type \(tag)", at: cursor.offset - 1)
    }
  }

  @inline(__always)
  private mutating func append(_ kind: TapeNode.Kind, _ word: UInt64, _ mark: UInt16, _ flags: TapeNode.Flags)
    -> TapeNode.Flags
  {
    // A reference to a scalar is more than the scalar.
    let flags = mark > 1 ? flags.union(.hasMore) : flags
    tape.append(TapeNode(kind, word: word, next: tape.end &+ 1, mark: mark, flags: flags))
    if hasTags { note(mark) }
    return flags
  }

  @inline(__always)
  private mutating func appendText(
    _ kind: TapeNode.Kind, _ size: Int, _ mark: UInt16, _ flags: TapeNode.Flags
  ) throws(IKCError) -> TapeNode.Flags {
    let start = cursor.offset
    _ = try cursor.take(size)
    return append(kind, UInt64(start) | UInt64(size) << 32, mark, flags)
  }

  @inline(__always)
  private mutating func open(
    _ kind: TapeNode.Kind, elementSize: Int, _ mark: UInt16, _ flags: TapeNode.Flags
  ) throws(IKCError) -> TapeNode.Flags {
    let count = try cursor.length()
    try cursor.check(count: count, size: elementSize)
    let flags = flags.union(mark > 2 ? [.isOpen, .hasMore] : .isOpen)
    tape.append(TapeNode(kind, second: UInt32(truncatingIfNeeded: count), mark: mark, flags: flags))
    if hasTags { note(mark) }
    return flags
  }

  /// Reads the key behind the value `item` into the node before it.
  @inline(__always)
  private mutating func scanKey(of item: UInt32, isFlagged: Bool) throws(IKCError) {
    var flags: TapeNode.Flags = []
    if isFlagged {
      let keyFlags = try cursor.byte()
      guard keyFlags & StorableFlag.keyIsItem == 0 else { throw unsuited }
      if keyFlags & StorableFlag.keyText != 0 { flags.insert(.isText) }
      if keyFlags & StorableFlag.keyWasText != 0 { flags.insert(.isLatin1) }
      if keyFlags & StorableFlag.keyPlaceholder != 0 { flags.insert(.isVoid) }
    }
    let size = try cursor.length()
    let start = cursor.offset
    _ = try cursor.take(size)
    let mark = TapeNode.mark(UnsafeRawBufferPointer(start: base + start, count: size))
    tape[item &- 1] = TapeNode(
      .key, first: UInt32(truncatingIfNeeded: start), second: UInt32(truncatingIfNeeded: size), next: tape.end,
      mark: mark, flags: flags)
  }
}

// MARK: - Back references

extension StorableScanner {
  /// Appends the node of an item that was written before.
  private mutating func appendShared(_ references: Int, _ flags: TapeNode.Flags) throws(IKCError) -> TapeNode.Flags {
    let tag = try cursor.tag()
    guard tag >= firstTag else { throw unsuited }
    if !hasTags {
      hasTags = true
      for index in 1..<tape.end where tape[index].kind != .key { note(tape[index].mark, at: index) }
    }
    let position = tag - firstTag
    guard position < tags.count else {
      throw position < tags.count + references
        ? cyclic : .storable("refers to item \(tag) before it comes", at: cursor.offset)
    }
    var target = tags[position]
    if tape[target].kind == .shared { target = tape[target].first }
    let node = tape[target]
    if node.flags.contains(.isOpen) { throw cyclic }
    let flags = flags.union(.hasMore)
    tape.append(
      TapeNode(
        .shared, first: target, next: tape.end &+ 1, mark: UInt16(truncatingIfNeeded: references), flags: flags))
    note(UInt16(truncatingIfNeeded: references))
    return flags
  }

  /// Gives the next `count` tag numbers to the node that was appended last.
  private mutating func note(_ count: UInt16) { note(count, at: tape.end &- 1) }

  private mutating func note(_ count: UInt16, at index: UInt32) {
    for _ in 0..<count { tags.append(index) }
  }

  private var cyclic: IKCError { .storable("holds a cycle, which no Swift type can", at: cursor.offset) }

  private var tooDeep: IKCError { .storable("is nested deeper than \(Self.depthLimit)", at: cursor.offset) }

  private var unsuited: IKCError {
    mutating get {
      isUnsuited = true
      return .storable("holds what only a Value stands for", at: cursor.offset)
    }
  }

  /// A length or index of one byte, or of four behind a byte with the top bit.
  private mutating func shortOrLong() throws(IKCError) -> Int {
    let byte = try cursor.byte()
    return byte & StorableFlag.longClass == 0 ? Int(byte) : try cursor.length()
  }
}
