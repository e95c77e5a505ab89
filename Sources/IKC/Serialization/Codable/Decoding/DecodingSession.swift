/// One call of a decoder: the tape, what it was made from, and where decoding stands.
///
/// All decoders and containers of the call share it. They end with the call; one that is kept and used
/// later traps.
final class DecodingSession {
  /// How deep types may be decoded inside one another. Perl writes no deeper nesting, and a thread with half
  /// a megabyte of stack has room for as many calls of a plain type's initialiser.
  static let depthLimit = 512

  let userInfo: [CodingUserInfoKey: any Sendable]
  /// What the value is called in messages.
  let root: String
  // A session is used by one thread and never while one of its own methods runs; checking every access
  // took a sixth of the time.
  @exclusivity(unchecked) var tape: Tape
  /// The image that the tape was made from.
  let base: UnsafeRawPointer?
  /// The value of each node, where the tape is unfolded from a `Value`.
  @exclusivity(unchecked) var values: ContiguousArray<Value> = []
  /// The key or index by which each level was entered, for messages.
  @exclusivity(unchecked) var path: ContiguousArray<UInt32> = []
  @exclusivity(unchecked) private var expansion = 0
  /// How many nodes may be reached through back references, or unfolded from a `Value`: shared parts within
  /// shared parts grow exponentially where a type asks for every copy.
  private let expansionLimit: Int
  /// Whether a `Value` was asked for that the tape does not hold in full.
  var lacksValue = false

  /// Set in a step of the path that is an index.
  static let indexBit: UInt32 = 1 << 31

  /// A session over an item of an image, which must stay as it is until `finish`.
  init(tape: consuming Tape, base: UnsafeRawPointer, root: String, userInfo: [CodingUserInfoKey: any Sendable]) {
    // Room for much sharing, but not for a short message that takes seconds.
    expansionLimit = 1 << 20 + 16 * tape.count
    self.tape = tape
    self.base = base
    self.root = root
    self.userInfo = userInfo
  }

  /// A session over a value, of which at most `maximumCount` elements are unfolded.
  init(_ value: Value, maximumCount: Int, root: String, userInfo: [CodingUserInfoKey: any Sendable]) {
    expansionLimit = maximumCount
    tape = Tape(minimumCapacity: 16)
    base = nil
    self.root = root
    self.userInfo = userInfo
    values = [.undef]
    unfold(value)
  }

  /// Ends the session.
  func finish() { tape.clear() }
}

// MARK: - Structure

extension DecodingSession {
  @inline(__always)
  func node(_ index: UInt32) -> TapeNode { tape[index] }

  @inline(__always)
  func isUndef(_ index: UInt32) -> Bool {
    let node = tape[index]
    return node.kind == .undef || node.kind == .shared && tape[node.first].kind == .undef
  }

  /// The container of that kind that the node is or stands for; nil where it is something else.
  func container(_ kind: TapeNode.Kind, at index: UInt32) throws -> UInt32? {
    var target = index
    var node = tape[index]
    if node.kind == .shared {
      target = node.first
      node = tape[target]
      try expand(by: Int(node.next &- target))
    }
    if node.kind == .value {
      try unfold(at: target)
      node = tape[target]
    }
    if node.kind == .unfolded {
      target = node.first
      node = tape[target]
    }
    return node.kind == kind ? target : nil
  }

  private func expand(by count: Int) throws {
    expansion += count
    if expansion > expansionLimit {
      throw IKCError(.cannotDecode, "\(root): more than \(expansionLimit) elements, each shared one counted anew")
    }
  }

  /// Lays the elements of a container out behind all other nodes.
  private func unfold(at index: UInt32) throws {
    let content = values[Int(index)].content
    let container = tape.end
    switch content {
    case .array(let elements):
      try expand(by: elements.count)
      append(TapeNode(.array, second: UInt32(clamping: elements.count)), .undef)
      for element in elements { unfold(element) }
    case .hash(let elements):
      try expand(by: elements.count * 2)
      append(TapeNode(.hash, first: container &+ 1, second: UInt32(clamping: elements.count)), .undef)
      for (key, element) in elements {
        let text = key.description
        let node = text.withBytes { TapeNode(.key, second: UInt32(clamping: $0.count), mark: TapeNode.mark($0)) }
        append(node, .string(text))
        unfold(element)
        tape[tape.end &- 2].next = tape.end
      }
    default:
      return
    }
    tape[container].next = tape.end
    tape[index].kind = .unfolded
    tape[index].first = container
  }

  private func unfold(_ value: Value) {
    let next = tape.end &+ 1
    let node =
      switch value.content {
      case .undef: TapeNode(.undef, next: next)
      case .bool(let flag): TapeNode(.bool, word: flag ? 1 : 0, next: next)
      case .int(let number): TapeNode(.int, word: UInt64(bitPattern: number), next: next)
      case .uint(let number): TapeNode(.uint, word: number, next: next)
      case .double(let number): TapeNode(.double, word: number.bitPattern, next: next)
      case .bytes, .string, .array, .hash, .special(.malformedText): TapeNode(.value, next: next)
      case .reference, .special: TapeNode(.opaque, next: next)
      }
    append(node, value)
  }

  private func append(_ node: TapeNode, _ value: Value) {
    tape.append(node)
    values.append(value)
  }
}

extension Value {
  /// What is behind references, classes and the like.
  var content: Value {
    var value = self
    while true {
      switch value {
      case .reference(let referent): value = referent
      case .special(.object(let object)): value = object.content
      case .special(.weak(let referent)): value = referent
      case .special(.version(let version)): value = version.value
      default: return value
      }
    }
  }
}
