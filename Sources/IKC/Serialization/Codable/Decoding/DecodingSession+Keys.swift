extension DecodingSession {
  /// The node of a hash's key; `Tape.none` where it has no such key.
  @inline(__always)
  func find(_ key: String, in hash: UInt32) -> UInt32 {
    key.withBytes { find($0, in: hash) }
  }

  private func find(_ key: UnsafeRawBufferPointer, in hash: UInt32) -> UInt32 {
    let container = tape[hash]
    if container.second == 0 { return Tape.none }
    let mark = TapeNode.mark(key)
    // Keys are mostly asked for in the order in which they lie: begin behind the one that was found last.
    let start = container.first
    var index = start
    repeat {
      let node = tape[index]
      let next = node.next == container.next ? hash &+ 1 : node.next
      if node.mark == mark, Int(node.second) == key.count, isKey(index, node, key) {
        tape[hash].first = next
        return index
      }
      index = next
    } while index != start
    return Text.isASCII(key) ? Tape.none : findText(String(decoding: key, as: UTF8.self), in: hash)
  }

  @inline(__always)
  private func isKey(_ index: UInt32, _ node: TapeNode, _ key: UnsafeRawBufferPointer) -> Bool {
    if let base {
      // Latin-1 with the flag is equal by its text alone.
      if !node.flags.isDisjoint(with: [.isVoid, .isLatin1]) {
        return !node.flags.contains(.isVoid) && Text.isASCII(key) && HashKeys.areEqual(key, base + Int(node.first))
      }
      return HashKeys.areEqual(key, base + Int(node.first))
    }
    return keyText(index).withBytes { Text.equal($0, key) }
  }

  /// The same by the keys' text, for those that are written in another way.
  private func findText(_ key: String, in hash: UInt32) -> UInt32 {
    var found = Tape.none
    forEachKey(of: hash) { if keyText($0) == key { found = $0 } }
    return found
  }

  /// Calls `body` with the node of each key that has a value.
  func forEachKey(of hash: UInt32, _ body: (UInt32) -> Void) {
    var index = hash &+ 1
    let end = tape[hash].next
    while index < end {
      let node = tape[index]
      if !node.flags.contains(.isVoid) { body(index) }
      index = node.next
    }
  }

  /// A key's text: bytes are read as strings are.
  func keyText(_ index: UInt32) -> String {
    guard let base else {
      if case .string(let text) = values[Int(index)] { return text }
      return ""
    }
    let node = tape[index]
    let bytes = UnsafeRawBufferPointer(start: base + Int(node.first), count: Int(node.second))
    if node.flags.contains(.isLatin1) { return Text.latin1(bytes) }
    return Text.string(bytes) ?? Text.latin1(bytes)
  }
}
