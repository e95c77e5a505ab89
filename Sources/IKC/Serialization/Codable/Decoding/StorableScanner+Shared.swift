extension StorableScanner {
  /// Appends the node of an item that was written before.
  mutating func appendShared(_ references: Int, _ flags: TapeNode.Flags) throws(IKCError) -> TapeNode.Flags {
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
  mutating func note(_ count: UInt16) { note(count, at: tape.end &- 1) }

  mutating func note(_ count: UInt16, at index: UInt32) {
    for _ in 0..<count { tags.append(index) }
  }

  private var cyclic: IKCError { .storable("holds a cycle, which no Swift type can", at: cursor.offset) }

  var tooDeep: IKCError { .storable("is nested deeper than \(Self.depthLimit)", at: cursor.offset) }

  var unsuited: IKCError {
    mutating get {
      isUnsuited = true
      return .storable("holds what only a Value stands for", at: cursor.offset)
    }
  }

  /// A length or index of one byte, or of four behind a byte with the top bit.
  mutating func shortOrLong() throws(IKCError) -> Int {
    let byte = try cursor.byte()
    return byte & StorableFlag.longClass == 0 ? Int(byte) : try cursor.length()
  }
}
