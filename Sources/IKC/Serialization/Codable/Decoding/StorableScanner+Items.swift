extension StorableScanner {
  /// Appends the node of the next item, and gives its flags; an open container's elements follow.
  @inline(__always)
  mutating func scanItem() throws(IKCError) -> TapeNode.Flags {
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
  mutating func scanKey(of item: UInt32, isFlagged: Bool) throws(IKCError) {
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
