/// Makes values of what lies on the tape of an image.
struct ValueBuilder {
  let base: UnsafeRawPointer

  /// The value of a node that has no more to it than the tape shows.
  func value(_ index: UInt32, in tape: borrowing Tape) -> Value {
    let node = tape[index]
    switch node.kind {
    case .bool: return .bool(node.word != 0)
    case .int: return .int(Int64(bitPattern: node.word))
    case .uint: return .uint(node.word)
    case .double: return .double(Double(bitPattern: node.word))
    case .bytes: return .bytes(ByteString(octets(node)))
    case .text:
      let octets = octets(node)
      return Text.string(octets).map { .string($0) }
        ?? .special(.malformedText(ByteString(octets)))
    case .array: return array(index, in: tape)
    case .hash: return hash(index, in: tape)
    case .undef, .key, .shared, .unfolded, .value, .opaque: return .undef
    }
  }

  private func array(_ index: UInt32, in tape: borrowing Tape) -> Value {
    let node = tape[index]
    var elements: [Value] = []
    elements.reserveCapacity(Int(node.second))
    var element = index &+ 1
    while element < node.next {
      elements.append(value(element, in: tape))
      element = tape[element].next
    }
    return .array(elements)
  }

  private func hash(_ index: UInt32, in tape: borrowing Tape) -> Value {
    let node = tape[index]
    var elements = Value.Hash(minimumCapacity: Int(node.second))
    var key = index &+ 1
    while key < node.next {
      let entry = tape[key]
      if !entry.flags.contains(.isVoid) { elements[self.key(entry)] = value(key &+ 1, in: tape) }
      key = entry.next
    }
    return .hash(elements)
  }

  private func key(_ node: TapeNode) -> Value.Hash.Key {
    let bytes = ByteString(octets(node))
    if node.flags.contains(.isText) { return Value.Hash.Key(utf8: bytes) }
    return node.flags.contains(.isLatin1) ? Value.Hash.Key(latin1: bytes) : Value.Hash.Key(bytes)
  }

  private func octets(_ node: TapeNode) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + Int(node.first), count: Int(node.second))
  }
}
