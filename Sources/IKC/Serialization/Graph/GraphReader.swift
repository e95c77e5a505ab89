/// Reads a Storable image to a graph, without recursion. A node's index is the item's number.
struct GraphReader {
  private struct Frame {
    let kind: StorableFrame.Kind
    let node: Int
    var flags: UInt8 = 0
    var base: UInt8 = 0
    var isReferenced = false
    var remaining = 0
    var slots: [Int?] = []
    var elements: [ValueGraph.Element] = []
    var literal: ByteString = ""
  }

  private var cursor: StorableCursor
  private var nodes: [ValueGraph.Node] = []
  private var frames: [Frame] = []
  private var depth = 0
  private var classes: [ByteString] = []
  private var className: ByteString?
  private var lastCode: UInt8 = 0
  private var hasBooleans = true

  private init(_ cursor: StorableCursor) { self.cursor = cursor }

  /// The graph that the image holds.
  static func read(_ image: UnsafeRawBufferPointer) throws(IKCError) -> ValueGraph {
    let header = try StorableHeader(image)
    var reader = GraphReader(StorableCursor(image, at: header.size, order: header.order))
    reader.hasBooleans = header.hasBooleans
    let root = try reader.root()
    var graph = ValueGraph(nodes: reader.nodes, root: root)
    graph.dropUnheld()
    return graph
  }

  private mutating func root() throws(IKCError) -> Int {
    while true {
      guard var node = try begin() else { continue }
      while true {
        guard let frame = frames.popLast() else { return node }
        guard let ended = try close(frame, with: node) else { break }
        node = ended
      }
    }
  }

  private mutating func add(_ content: ValueGraph.Content) -> Int {
    nodes.append(ValueGraph.Node(content, className: className))
    className = nil
    return nodes.count - 1
  }

  private mutating func open(_ frame: Frame) throws(IKCError) {
    frames.append(frame)
    // A container counts one level together with the reference to it, and without elements none; what
    // the innermost reference refers to is not known yet.
    if !frame.isReferenced { depth += 1 }
    if depth > StorableReader.maximumDepth + 1 {
      throw .storable("is nested deeper than \(StorableReader.maximumDepth)", at: cursor.offset)
    }
  }

  /// Reads the beginning of an item; nil where others are inside, or a class came.
  private mutating func begin() throws(IKCError) -> Int? {
    let code = try cursor.byte()
    lastCode = code
    switch code {
    case StorableTag.object: return try resolve(try cursor.tag())
    case StorableTag.scalar: return add(.bytes(try cursor.string(Int(try cursor.byte()))))
    case StorableTag.longScalar: return add(.bytes(try cursor.string(try cursor.length())))
    case StorableTag.text: return try text(Int(try cursor.byte()))
    case StorableTag.longText: return try text(try cursor.length())
    case StorableTag.byte: return add(.int(Int64(try cursor.byte()) - 128))
    case StorableTag.integer: return add(.int(Int64(bitPattern: try cursor.nativeWord())))
    case StorableTag.networkInteger:
      return add(.int(Int64(Int32(bigEndian: try cursor.take(4).loadUnaligned(as: Int32.self)))))
    case StorableTag.double: return add(.double(Double(bitPattern: try cursor.nativeWord())))
    case StorableTag.undef: return add(.undef)
    case StorableTag.immortalUndef: return add(.immortal(nil))
    case StorableTag.undefElement: return add(frames.last?.kind == .array ? .immortal(nil) : .undef)
    case StorableTag.immortalTrue: return add(.immortal(true))
    case StorableTag.immortalFalse: return add(.immortal(false))
    case StorableTag.booleanTrue where hasBooleans: return add(.bool(true))
    case StorableTag.booleanFalse where hasBooleans: return add(.bool(false))
    case StorableTag.regexp: return try regexp()
    case StorableTag.bless:
      className = try nameClass(try shortOrLong())
      return nil
    case StorableTag.blessByIndex:
      className = try recall(class: try shortOrLong())
      return nil
    case StorableTag.array: return try beginArray(try cursor.length())
    case StorableTag.hash: return try beginHash(flags: nil, try cursor.length())
    case StorableTag.flagHash:
      let flags = try cursor.byte()
      return try beginHash(flags: flags, try cursor.length())
    case StorableTag.largeObject: return try largeObject()
    default: return try beginWrapper(code)
    }
  }

  private mutating func beginWrapper(_ code: UInt8) throws(IKCError) -> Int? {
    switch code {
    case StorableTag.reference: try open(wrapper(.reference, flags: 0))
    case StorableTag.overload: try open(wrapper(.reference, flags: StorableFrame.isOverloaded))
    case StorableTag.weakReference: try open(wrapper(.reference, flags: StorableFrame.isWeak))
    case StorableTag.weakOverload:
      try open(wrapper(.reference, flags: StorableFrame.isWeak | StorableFrame.isOverloaded))
    case StorableTag.tiedArray, StorableTag.tiedHash, StorableTag.tiedScalar:
      try open(wrapper(.tied, flags: code))
    case StorableTag.tiedKey: try open(wrapper(.tiedKey, flags: code))
    case StorableTag.tiedIndex: try open(wrapper(.tiedIndex, flags: code))
    case StorableTag.version, StorableTag.longVersion:
      let count = code == StorableTag.version ? Int(try cursor.byte()) : try cursor.length()
      // The string that follows has the number, and the class.
      try open(Frame(kind: .version, node: nodes.count, literal: try cursor.string(count)))
    case StorableTag.hook: return try beginHook()
    case StorableTag.code: throw .storable("holds code, which is never run", at: cursor.offset - 1)
    default: throw .storable("holds an item of unknown type \(code)", at: cursor.offset - 1)
    }
    return nil
  }

  private mutating func wrapper(_ kind: StorableFrame.Kind, flags: UInt8) -> Frame {
    Frame(kind: kind, node: add(.undef), flags: flags)
  }

  private mutating func largeObject() throws(IKCError) -> Int? {
    let code = try cursor.byte()
    let length = try cursor.longLength()
    switch code {
    case StorableTag.object: return try resolve(length)
    case StorableTag.longScalar: return add(.bytes(try cursor.string(length)))
    case StorableTag.longText: return try text(length)
    case StorableTag.array: return try beginArray(length)
    case StorableTag.hash: return try beginHash(flags: nil, length)
    case StorableTag.flagHash: return try beginHash(flags: try cursor.byte(), length)
    default: throw .storable("holds a large item of unknown type \(code)", at: cursor.offset - 9)
    }
  }

  private mutating func resolve(_ number: Int) throws(IKCError) -> Int {
    className = nil
    guard nodes.indices.contains(number) else {
      throw .storable("refers to item \(number) before it comes", at: cursor.offset)
    }
    return number
  }

  private mutating func text(_ count: Int) throws(IKCError) -> Int {
    let octets = try cursor.string(count)
    // Perl reads the empty string without the flag.
    return add(octets.isEmpty ? .bytes(octets) : .text(octets))
  }

  private mutating func regexp() throws(IKCError) -> Int {
    let isLong = try cursor.byte() & StorableFlag.regexpLongPattern != 0
    let pattern = try cursor.string(isLong ? try cursor.length() : Int(try cursor.byte()))
    let flags = try cursor.string(Int(try cursor.byte()))
    return add(.regexp(pattern: pattern, flags: flags))
  }

  private mutating func beginArray(_ count: Int) throws(IKCError) -> Int? {
    try cursor.check(count: count, size: 1)
    let isReferenced = frames.last?.kind == .reference
    let node = add(.array([]))
    guard count > 0 else { return node }
    try open(Frame(kind: .array, node: node, isReferenced: isReferenced, remaining: count))
    return nil
  }

  private mutating func beginHash(flags: UInt8?, _ count: Int) throws(IKCError) -> Int? {
    try cursor.check(count: count, size: flags == nil ? 5 : 4)
    let isReferenced = frames.last?.kind == .reference
    // Perl reads an empty hash without its restriction.
    let node = add(.hash([], isRestricted: false))
    guard count > 0 else { return node }
    try open(
      Frame(
        kind: flags == nil ? .hash : .flagHash, node: node, flags: flags ?? 0, isReferenced: isReferenced,
        remaining: count))
    return nil
  }

  private mutating func nameClass(_ count: Int) throws(IKCError) -> ByteString {
    let octets = try cursor.octets(count)
    // Perl takes the name for a C string, and the empty one for main.
    let name = UnsafeRawBufferPointer(rebasing: octets.prefix { $0 != 0 })
    classes.append(name.isEmpty ? "main" : ByteString(name))
    return classes[classes.count - 1]
  }

  private func recall(class index: Int) throws(IKCError) -> ByteString {
    guard index < classes.count else { throw .storable("uses class \(index) before it is named", at: cursor.offset) }
    return classes[index]
  }

  private mutating func shortOrLong() throws(IKCError) -> Int {
    let byte = try cursor.byte()
    return byte & StorableFlag.longClass == 0 ? Int(byte) : try cursor.length()
  }

  /// Hands a complete node to the item around it; gives that back where it is complete as well.
  private mutating func close(_ frame: Frame, with child: Int) throws(IKCError) -> Int? {
    var frame = frame
    switch frame.kind {
    case .array:
      // Written as such, Perl's own undef stands for an element that does not exist.
      frame.slots.append(lastCode == StorableTag.immortalUndef && child == nodes.count - 1 ? nil : child)
      frame.remaining -= 1
      if frame.remaining > 0 { return again(frame) }
      return end(frame, .array(frame.slots))
    case .hash, .flagHash:
      frame.elements.append(try element(frame, child))
      frame.remaining -= 1
      if frame.remaining > 0 { return again(frame) }
      let isRestricted = frame.flags & StorableFlag.restricted != 0
      return end(frame, .hash(ValueGraph.Element.withoutRepeats(frame.elements), isRestricted: isRestricted))
    case .reference:
      let isWeak = frame.flags & StorableFrame.isWeak != 0
      let isOverloaded = frame.flags & StorableFrame.isOverloaded != 0
      return end(frame, .reference(to: child, isWeak: isWeak, isOverloaded: isOverloaded))
    case .tied:
      switch frame.flags {
      case StorableTag.tiedArray: return end(frame, .tied(.array, by: child))
      case StorableTag.tiedHash: return end(frame, .tied(.hash, by: child))
      default: return end(frame, .tied(.scalar, by: child))
      }
    case .tiedKey:
      frame.slots.append(child)
      guard frame.slots.count == 2, let object = frame.slots[0] else { return again(frame) }
      return end(frame, .tiedKey(of: object, key: child))
    case .tiedIndex: return end(frame, .tiedIndex(of: child, index: try cursor.length()))
    case .version: return try endVersion(frame, child)
    case .hook:
      frame.slots.append(child)
      return try continueHook(frame, flags: try cursor.byte())
    default:
      guard case .hook(var hook) = nodes[frame.node].content else { throw cursor.truncated() }
      hook.tie = child
      return end(frame, .hook(hook))
    }
  }

  private mutating func again(_ frame: Frame) -> Int? {
    frames.append(frame)
    return nil
  }

  private mutating func end(_ frame: Frame, _ content: ValueGraph.Content) -> Int {
    nodes[frame.node].content = content
    if !frame.isReferenced { depth -= 1 }
    return frame.node
  }

  private mutating func element(_ frame: Frame, _ node: Int) throws(IKCError) -> ValueGraph.Element {
    guard frame.kind == .flagHash else {
      return ValueGraph.Element(key: Value.Hash.Key(try cursor.string(try cursor.length())), node: node)
    }
    let flags = try cursor.byte()
    let key: Value.Hash.Key
    if flags & StorableFlag.keyIsItem != 0 {
      guard let item = try begin() else { throw .storable("holds a key that is no string", at: cursor.offset) }
      switch nodes[item].content {
      case .bytes(let octets): key = Value.Hash.Key(octets)
      case .text(let octets): key = Value.Hash.Key(utf8: octets)
      default: throw .storable("holds a key that is no string", at: cursor.offset)
      }
    } else {
      let octets = try cursor.string(try cursor.length())
      if flags & StorableFlag.keyText != 0 {
        key = Value.Hash.Key(utf8: octets)
      } else if flags & StorableFlag.keyWasText != 0 {
        key = Value.Hash.Key(latin1: octets)
      } else {
        key = Value.Hash.Key(octets)
      }
    }
    return ValueGraph.Element(
      key: key, node: node, isReadOnly: flags & StorableFlag.keyReadOnly != 0,
      isPlaceholder: flags & StorableFlag.keyPlaceholder != 0)
  }

  private mutating func endVersion(_ frame: Frame, _ child: Int) throws(IKCError) -> Int {
    guard child == frame.node else { throw .storable("holds a version without a string", at: cursor.offset) }
    switch nodes[child].content {
    case .bytes(let octets):
      return end(frame, .version(literal: frame.literal, octets: octets, isText: false))
    case .text(let octets):
      return end(frame, .version(literal: frame.literal, octets: octets, isText: true))
    default: throw .storable("holds a version that is no string", at: cursor.offset)
    }
  }

  private mutating func beginHook() throws(IKCError) -> Int? {
    className = nil
    let flags = try cursor.byte()
    var base = flags & StorableFlag.hookBase
    if base == StorableFlag.hookBase {
      base = try cursor.byte()
      guard (4...6).contains(base) else {
        throw .storable("holds an object of unknown kind \(base)", at: cursor.offset - 1)
      }
    }
    let frame = Frame(kind: .hook, node: add(.undef), base: base)
    try open(frame)
    frames.removeLast()
    return try continueHook(frame, flags: flags)
  }

  private mutating func continueHook(_ frame: Frame, flags: UInt8) throws(IKCError) -> Int? {
    if flags & StorableFlag.hookSubobject != 0 { return again(frame) }
    let length = flags & StorableFlag.hookLongClass != 0 ? try cursor.length() : Int(try cursor.byte())
    let name = flags & StorableFlag.hookClassIndex != 0 ? try recall(class: length) : try nameClass(length)
    let frozen = try cursor.string(
      flags & StorableFlag.hookLongString != 0 ? try cursor.length() : Int(try cursor.byte()))
    var references: [Int] = []
    if flags & StorableFlag.hookList != 0 {
      let count = flags & StorableFlag.hookLongList != 0 ? try cursor.length() : Int(try cursor.byte())
      try cursor.check(count: count, size: 4)
      for _ in 0..<count { references.append(try resolve(try cursor.tag())) }
    }
    let kind: Value.Tied.Kind =
      switch frame.base {
      case 0, 4: .scalar
      case 1, 5: .array
      default: .hash
      }
    let hook = ValueGraph.Hook(kind: kind, frozen: frozen, references: references)
    nodes[frame.node].className = name
    if frame.base <= 3 { return end(frame, .hook(hook)) }
    nodes[frame.node].content = .hook(hook)
    frames.append(Frame(kind: .hookTie, node: frame.node))
    return nil
  }
}
