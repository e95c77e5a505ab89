/// Writes values as items of a Storable image, without recursion.
///
/// A value has no identity: what it holds twice is written twice. So that a value of little memory
/// can't become an image without end, `maximumSize` bounds what is written.
struct StorableEncoder {
  /// An array or hash whose elements are being written, or `special` for the last one of those.
  struct Frame {
    enum Kind: UInt8 {
      case array
      case hash
      case flagHash
      case special
    }

    var kind: Kind
    /// Whether the value of a hash's next element is written and its key is not.
    var isOpen = false
    /// The elements to come. The value that is being written owns them, so that frames are plain memory.
    var next: UnsafeRawPointer?
    var remaining = 0
  }

  /// What is rarer and has to be kept.
  enum Special {
    /// An item whose turn has come; without the reference where `isReferent` says so.
    case item(Value, isReferent: Bool)
    /// The end of what counted a level.
    case end
    /// The key of a tied element comes behind its object.
    case tiedKey(Value)
    case tiedIndex(Int)
    case hook(Value.Hook, next: Int, tags: [UInt32])
  }

  let order: StorableOrder
  private let maximumSize: Int
  private let start: Int
  var nesting: StorableNesting
  /// The number of the next item.
  var tag: UInt32
  private var frames: [Frame] = []
  private var specials: [Special] = []
  private var classes: [ByteString: Int] = [:]
  private let firstClass: Int

  /// Begins where `writer` stands.
  ///
  /// - Parameters:
  ///   - order: of lengths and numbers.
  ///   - writer: what will be written to.
  ///   - firstTag: how many numbered items come before.
  ///   - firstClass: how many classes are named before.
  ///   - depth: how many containers there are around.
  ///   - maximumSize: how many bytes may be written.
  init(
    order: StorableOrder = .network, writer: borrowing ByteWriter, firstTag: UInt32 = 0, firstClass: Int = 0,
    depth: Int = 0, maximumSize: Int = StorableSerializer.defaultMaximumSize
  ) {
    self.order = order
    self.maximumSize = maximumSize
    self.firstClass = firstClass
    start = writer.count
    nesting = StorableNesting(depth: depth)
    tag = firstTag
  }

  /// Writes the value as a container's element.
  mutating func writeItem(_ value: Value, to writer: inout ByteWriter) throws(IKCError) {
    try write(value, isReferent: false, &writer)
  }

  /// Writes what the value, which has to be a reference, refers to: an image's root.
  mutating func writeRoot(_ value: Value, to writer: inout ByteWriter) throws(IKCError) {
    try write(value, isReferent: true, &writer)
  }

  private mutating func write(_ value: Value, isReferent: Bool, _ writer: inout ByteWriter) throws(IKCError) {
    // The frames refer into the value.
    defer { withExtendedLifetime(value) {} }
    try begin(value, isReferent: isReferent, &writer)
    while let frame = frames.popLast() {
      switch frame.kind {
      case .array: try continueArray(frame, &writer)
      case .hash, .flagHash: try continueHash(frame, &writer)
      case .special: try continueSpecial(&writer)
      }
    }
  }

  private mutating func continueSpecial(_ writer: inout ByteWriter) throws(IKCError) {
    switch specials.removeLast() {
    case .item(let value, let isReferent): try begin(value, isReferent: isReferent, &writer)
    case .end: nesting.leave()
    case .tiedKey(let key): try begin(key, isReferent: false, &writer)
    case .tiedIndex(let index): try writer.writeStorable(length: index, order: order)
    case .hook(let hook, let next, let tags): try continueHook(hook, next: next, tags: tags, &writer)
    }
  }

  private mutating func continueArray(_ frame: Frame, _ writer: inout ByteWriter) throws(IKCError) {
    guard var element = frame.next?.assumingMemoryBound(to: Value.self) else { return nesting.leave() }
    let end = element + frame.remaining
    while element < end {
      if try !writeScalar(element.pointee, &writer) {
        frames.append(Frame(kind: .array, next: element + 1, remaining: end - element - 1))
        return try begin(element.pointee, isReferent: false, &writer)
      }
      element += 1
    }
    nesting.leave()
  }

  private mutating func continueHash(_ frame: Frame, _ writer: inout ByteWriter) throws(IKCError) {
    guard var entry = frame.next?.assumingMemoryBound(to: HashTable.Entry.self) else { return nesting.leave() }
    let end = entry + frame.remaining
    let isFlagged = frame.kind == .flagHash
    if frame.isOpen {
      try writeKey(entry.pointee.key, isFlagged: isFlagged, &writer)
      entry += 1
    }
    while entry < end {
      if try !writeScalar(entry.pointee.value, &writer) {
        frames.append(Frame(kind: frame.kind, isOpen: true, next: entry, remaining: end - entry))
        return try begin(entry.pointee.value, isReferent: false, &writer)
      }
      try writeKey(entry.pointee.key, isFlagged: isFlagged, &writer)
      entry += 1
    }
    nesting.leave()
  }

  @inline(__always)
  private func writeKey(
    _ key: borrowing Value.Hash.Key, isFlagged: Bool, _ writer: inout ByteWriter
  ) throws(IKCError) {
    if isFlagged { return try writer.writeStorableFlagKey(copy key, order: order) }
    let order = order
    try key.stored.withUnsafeBytes { octets throws(IKCError) in
      try writer.writeStorableKey(octets, order: order)
    }
  }

  /// Writes the value where it is a plain scalar.
  @inline(__always)
  private mutating func writeScalar(_ value: borrowing Value, _ writer: inout ByteWriter) throws(IKCError) -> Bool {
    switch value {
    case .undef: writer.writeStorableUndef()
    case .bool(let flag): writer.writeStorable(flag)
    case .int(let number): writer.writeStorable(number, order: order)
    case .uint(let number): writer.writeStorable(number, order: order)
    case .double(let number): writer.writeStorable(number, order: order)
    case .bytes(let bytes): try writer.writeStorable(bytes, order: order)
    case .string(let text): try writer.writeStorable(text, order: order)
    default: return false
    }
    tag &+= 1
    return true
  }

  /// Writes the beginning of an item: all up to the first item inside.
  ///
  /// - Parameters:
  ///   - value: the item.
  ///   - isReferent: write what the value refers to, without the reference.
  ///   - writer: where to.
  private mutating func begin(_ value: Value, isReferent: Bool, _ writer: inout ByteWriter) throws(IKCError) {
    if writer.count - start > maximumSize { throw .unstorable("more than \(maximumSize) bytes in one image") }
    switch value {
    case .array(let elements):
      try beginArray(elements, isReferenced: !isReferent, &writer)
    case .hash(let elements):
      try beginHash(elements, isReferenced: !isReferent, &writer)
    case .reference(let target):
      if !isReferent {
        writeReference(StorableTag.reference, &writer)
        try nesting.enter()
        push(.end)
      }
      if try !writeScalar(target, &writer) { push(.item(target, isReferent: false)) }
    case .special(let special):
      try begin(special, isReferent: isReferent, &writer)
    default:
      if isReferent { throw .unstorable("a value that is no reference as the root of an image or object") }
      _ = try writeScalar(value, &writer)
    }
  }

  mutating func writeReference(_ code: UInt8, _ writer: inout ByteWriter) {
    writer.write(code)
    tag &+= 1
  }

  private mutating func beginArray(
    _ elements: [Value], isReferenced: Bool, _ writer: inout ByteWriter
  ) throws(IKCError) {
    try nesting.enter()
    try writer.writeStorableArray(count: elements.count, isReferenced: isReferenced, order: order)
    tag &+= isReferenced ? 2 : 1
    elements.withUnsafeBufferPointer {
      frames.append(Frame(kind: .array, next: UnsafeRawPointer($0.baseAddress), remaining: $0.count))
    }
  }

  private mutating func beginHash(
    _ elements: Value.Hash, isReferenced: Bool, _ writer: inout ByteWriter
  ) throws(IKCError) {
    try nesting.enterHash()
    tag &+= isReferenced ? 2 : 1
    guard let storage = elements.storage else {
      try writer.writeStorableHash(count: 0, isReferenced: isReferenced, order: order)
      return nesting.leave()
    }
    let isFlagged = storage.table.hasTextKey
    if isFlagged {
      try writer.writeStorableFlagHash(count: storage.count, isReferenced: isReferenced, order: order)
    } else {
      try writer.writeStorableHash(count: storage.count, isReferenced: isReferenced, order: order)
    }
    let entries = storage.table.elements
    frames.append(
      Frame(kind: isFlagged ? .flagHash : .hash, next: UnsafeRawPointer(entries.baseAddress), remaining: entries.count))
  }

  /// Whether a class was named: then the items behind depend on what was written here.
  var namesClasses: Bool { !classes.isEmpty }

  /// Leaves an item for later.
  mutating func push(_ special: Special) {
    specials.append(special)
    frames.append(Frame(kind: .special))
  }

  /// The index of a class that was named before; nil for a new one, which gets the next index.
  mutating func index(of name: ByteString) -> Int? {
    if let index = classes[name] { return index }
    classes[name] = firstClass + classes.count
    return nil
  }
}
