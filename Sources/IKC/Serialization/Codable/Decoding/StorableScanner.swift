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
    var container = Tape.none
    var remaining: UInt32 = 0
    while true {
      if container != Tape.none, tape[container].kind == .hash { tape.append(TapeNode(.key)) }
      var item = tape.end
      try scanItem()
      let node = tape[item]
      if container != Tape.none, node.flags.contains(.hasMore) { tape[container].flags.insert(.hasMore) }
      if node.flags.contains(.isOpen) {
        // While a container is open, `first` is its parent and `next` what its parent still lacks.
        tape[item].first = container
        tape[item].next = remaining
        container = item
        remaining = node.second
        depth += 1
        guard depth <= Self.depthLimit else { throw tooDeep }
        if remaining > 0 { continue }
        item = close(container, &container, &remaining)
      }
      // An element is complete: take its key, and close what is complete with it.
      while container != Tape.none {
        if tape[container].kind == .hash {
          try scanKey(of: item, isFlagged: tape[container].flags.contains(.isFlagged))
        }
        remaining &-= 1
        if remaining > 0 { break }
        item = close(container, &container, &remaining)
      }
      if container == Tape.none { return }
    }
  }

  /// Ends the container `index` and goes back to its parent.
  private mutating func close(_ index: UInt32, _ container: inout UInt32, _ remaining: inout UInt32) -> UInt32 {
    container = tape[index].first
    remaining = tape[index].next
    tape[index].first = index &+ 1
    tape[index].next = tape.end
    tape[index].flags.remove(.isOpen)
    if container != Tape.none, tape[index].flags.contains(.hasMore) { tape[container].flags.insert(.hasMore) }
    if tape[index].kind == .hash { HashKeys.voidDuplicates(of: index, in: tape, base: base) }
    depth &-= 1
    return index
  }

}

// MARK: - Items

extension StorableScanner {
  /// Appends the node of the item at `offset`; an open container's elements follow.
  private mutating func scanItem() throws(IKCError) {
    var references = 0
    var flags: TapeNode.Flags = []
    while true {
      switch try cursor.byte() {
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
      case let tag:
        return try scanReferent(tag, references, flags)
      }
      guard references <= Self.depthLimit else { throw tooDeep }
    }
  }

  @inline(__always)
  private mutating func scanReferent(_ tag: UInt8, _ references: Int, _ flags: TapeNode.Flags) throws(IKCError) {
    let mark = UInt16(truncatingIfNeeded: references &+ 1)
    switch tag {
    case StorableTag.scalar:
      try appendText(.bytes, Int(try cursor.byte()), mark, flags)
    case StorableTag.text:
      try appendText(.text, Int(try cursor.byte()), mark, flags)
    case StorableTag.longScalar:
      try appendText(.bytes, try cursor.length(), mark, flags)
    case StorableTag.longText:
      try appendText(.text, try cursor.length(), mark, flags)
    case StorableTag.byte:
      append(.int, UInt64(bitPattern: Int64(try cursor.byte()) &- 128), mark, flags)
    case StorableTag.networkInteger:
      append(
        .int, UInt64(bitPattern: Int64(Int32(bigEndian: try cursor.take(4).loadUnaligned(as: Int32.self)))), mark, flags
      )
    case StorableTag.integer:
      append(.int, try cursor.nativeWord(), mark, flags)
    case StorableTag.double:
      append(.double, try cursor.nativeWord(), mark, flags)
    case StorableTag.undef, StorableTag.immortalUndef, StorableTag.undefElement:
      append(.undef, 0, mark, flags)
    case StorableTag.immortalTrue, StorableTag.booleanTrue:
      append(.bool, 1, mark, flags)
    case StorableTag.immortalFalse, StorableTag.booleanFalse:
      append(.bool, 0, mark, flags)
    case StorableTag.array:
      try open(.array, elementSize: 1, mark, flags)
    case StorableTag.hash:
      try open(.hash, elementSize: 5, mark, flags)
    case StorableTag.flagHash:
      // The flags of the hash itself say only whether it is restricted.
      _ = try cursor.byte()
      try open(.hash, elementSize: 6, mark, flags.union(.isFlagged))
    case StorableTag.object:
      try appendShared(references, flags)
    case StorableTag.regexp:
      let isLong = try cursor.byte() & StorableFlag.regexpLongPattern != 0
      _ = try cursor.take(isLong ? try cursor.length() : Int(try cursor.byte()))
      _ = try cursor.take(Int(try cursor.byte()))
      append(.opaque, 0, mark, [flags, .hasMore])
    case StorableTag.hook, StorableTag.tiedArray, StorableTag.tiedHash, StorableTag.tiedScalar, StorableTag.tiedKey,
      StorableTag.tiedIndex, StorableTag.code, StorableTag.largeObject:
      throw unsuited
    default:
      throw .storable("holds an item of unknown type \(tag)", at: cursor.offset - 1)
    }
  }

  @inline(__always)
  private mutating func append(_ kind: TapeNode.Kind, _ word: UInt64, _ mark: UInt16, _ flags: TapeNode.Flags) {
    // A reference to a scalar is more than the scalar.
    let flags = mark > 1 ? flags.union(.hasMore) : flags
    tape.append(TapeNode(kind, word: word, next: tape.end &+ 1, mark: mark, flags: flags))
    if hasTags { note(mark) }
  }

  @inline(__always)
  private mutating func appendText(
    _ kind: TapeNode.Kind, _ size: Int, _ mark: UInt16, _ flags: TapeNode.Flags
  ) throws(IKCError) {
    let start = cursor.offset
    _ = try cursor.take(size)
    append(kind, UInt64(start) | UInt64(size) << 32, mark, flags)
  }

  @inline(__always)
  private mutating func open(
    _ kind: TapeNode.Kind, elementSize: Int, _ mark: UInt16, _ flags: TapeNode.Flags
  ) throws(IKCError) {
    let count = try cursor.length()
    try cursor.check(count: count, size: elementSize)
    let flags = flags.union(mark > 2 ? [.isOpen, .hasMore] : .isOpen)
    tape.append(TapeNode(kind, second: UInt32(truncatingIfNeeded: count), mark: mark, flags: flags))
    if hasTags { note(mark) }
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
  private mutating func appendShared(_ references: Int, _ flags: TapeNode.Flags) throws(IKCError) {
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
