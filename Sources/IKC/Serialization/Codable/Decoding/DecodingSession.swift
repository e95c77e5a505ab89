/// One call of a decoder: the tape, what it was made from, and where decoding stands.
///
/// All decoders and containers of the call share it. They end with the call; one that is kept and used
/// later traps.
final class DecodingSession {
  let userInfo: [CodingUserInfoKey: any Sendable]
  /// What the value is called in messages.
  let root: String
  // A session is used by one thread and never while one of its own methods runs; checking every access
  // took a sixth of the time.
  @exclusivity(unchecked) private(set) var tape: Tape
  /// The image that the tape was made from.
  private let base: UnsafeRawPointer?
  /// The value of each node, where the tape is unfolded from a `Value`.
  @exclusivity(unchecked) private var values: ContiguousArray<Value> = []
  /// The key or index by which each level was entered, for messages.
  @exclusivity(unchecked) private var path: ContiguousArray<UInt32> = []
  @exclusivity(unchecked) private var expansion = 0
  /// How many nodes may be reached through back references, or unfolded from a `Value`: shared parts within
  /// shared parts grow exponentially where a type asks for every copy.
  private let expansionLimit: Int
  /// Whether a `Value` was asked for that the tape does not hold in full.
  private(set) var lacksValue = false

  /// Set in a step of the path that is an index.
  private static let indexBit: UInt32 = 1 << 31

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

// MARK: - Keys

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

// MARK: - Scalars

extension DecodingSession {
  /// Calls `body` with the scalar that the node is.
  @inline(__always)
  func withScalar<Result>(_ index: UInt32, _ body: (PerlScalar) throws -> Result) rethrows -> Result {
    var node = tape[index]
    if node.kind == .shared { node = tape[node.first] }
    switch node.kind {
    case .undef: return try body(.undef)
    case .bool: return try body(.bool(node.word != 0))
    case .int: return try body(.int(Int64(bitPattern: node.word)))
    case .uint: return try body(.uint(node.word))
    case .double: return try body(.double(Double(bitPattern: node.word)))
    case .bytes: return try body(.bytes(octets(node)))
    case .text: return try body(.text(octets(node)))
    case .array: return try body(.other("an array"))
    case .hash: return try body(.other("a hash"))
    case .key, .shared, .unfolded, .value, .opaque: return try withValue(index, body)
    }
  }

  @inline(__always)
  private func octets(_ node: TapeNode) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base.unsafelyUnwrapped + Int(node.first), count: Int(node.second))
  }

  @inline(never)
  private func withValue<Result>(_ index: UInt32, _ body: (PerlScalar) throws -> Result) rethrows -> Result {
    guard base == nil else { return try body(.other("a special value")) }
    switch values[Int(index)].content {
    case .string(let text): return try text.withBytes { try body(.text($0)) }
    case .bytes(let bytes): return try bytes.withBytes { try body(.bytes($0)) }
    case .special(.malformedText(let bytes)): return try bytes.withBytes { try body(.text($0)) }
    case .array: return try body(.other("an array"))
    case .hash: return try body(.other("a hash"))
    default: return try body(.other("a special value"))
    }
  }

  @inline(__always)
  func integer<Integer: FixedWidthInteger>(_ index: UInt32, as type: Integer.Type) -> Integer? {
    let node = tape[index]
    if node.kind == .int { return Integer(exactly: Int64(bitPattern: node.word)) }
    return withScalar(index) { $0.integer(as: type) }
  }

  func double(_ index: UInt32) -> Double? { withScalar(index) { $0.double } }

  /// As `double`, rounded; nil where the number is finite but beyond the type's range.
  func float(_ index: UInt32) -> Float? {
    guard let number = double(index) else { return nil }
    let narrow = Float(number)
    return narrow.isFinite || !number.isFinite ? narrow : nil
  }

  func bool(_ index: UInt32) -> Bool? { withScalar(index) { $0.bool } }

  func string(_ index: UInt32) -> String? {
    let node = tape[index]
    if node.kind == .bytes {
      let octets = octets(node)
      if Text.isASCII(octets) { return String(decoding: octets, as: UTF8.self) }
    }
    if node.kind == .value, case .string(let text) = values[Int(index)] { return text }
    return withScalar(index) { $0.string }
  }

  func byteString(_ index: UInt32) -> ByteString? {
    if tape[index].kind == .value, case .bytes(let bytes) = values[Int(index)] { return bytes }
    return withScalar(index) { scalar in scalar.octets.map { ByteString($0) } }
  }

  /// The whole of what the node stands for; nil where the tape does not hold it, which is noted.
  func value(_ index: UInt32) -> Value? {
    guard let base else { return values[Int(index)] }
    if tape[index].flags.contains(.hasMore) {
      lacksValue = true
      return nil
    }
    return ValueBuilder(base: base).value(index, in: tape)
  }
}

// MARK: - Path

extension DecodingSession {
  /// The step by which an array's element is entered.
  @inline(__always)
  static func step(index: UInt32) -> UInt32 { index | indexBit }

  /// Notes that the level below `depth` is entered by `step`; gives the depth of that level.
  @inline(__always)
  func enter(_ depth: UInt32, by step: UInt32) throws -> UInt32 {
    let depth = Int(depth)
    guard depth < StorableScanner.depthLimit else {
      throw IKCError(.cannotDecode, "\(root): nested deeper than \(StorableScanner.depthLimit) levels")
    }
    if depth < path.count {
      path[depth] = step
    } else {
      path.append(contentsOf: repeatElement(Tape.none, count: depth - path.count))
      path.append(step)
    }
    return UInt32(truncatingIfNeeded: depth &+ 1)
  }

  /// The path to the level `depth`, and on by `step`.
  func codingPath(_ depth: UInt32, _ step: UInt32 = Tape.none) -> [any CodingKey] {
    var keys = path.prefix(Int(depth)).map(key)
    if step != Tape.none { keys.append(key(step)) }
    return keys
  }

  private func key(_ step: UInt32) -> any CodingKey {
    if step & Self.indexBit != 0 { return PathKey(index: Int(step & ~Self.indexBit)) }
    return step == Tape.none ? PathKey.parent : PathKey(stringValue: keyText(step))
  }

  /// The error that the node is no `type`, which messages may call by another name.
  @inline(never)
  func mismatch(
    _ index: UInt32, _ type: any Any.Type, _ depth: UInt32, _ step: UInt32 = Tape.none, name: String? = nil
  ) -> DecodingError {
    let problem = withScalar(index) { "\($0) is no \(name ?? "\(type)")" }
    let context = DecodingError.Context(codingPath: codingPath(depth, step), debugDescription: problem)
    return isUndef(index) ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }
}

extension Value {
  /// What is behind references, classes and the like.
  fileprivate var content: Value {
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

extension String {
  /// Calls `body` with the UTF-8, which is valid only until it returns.
  @inline(__always)
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    if let result = try utf8.withContiguousStorageIfAvailable({ try body(UnsafeRawBufferPointer($0)) }) {
      return result
    }
    var copy = self
    return try copy.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
  }
}

extension ByteString {
  /// `withUnsafeBytes` for a body that throws anything.
  fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withUnsafeBytes { try body($0) }
  }
}
