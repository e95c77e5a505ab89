/// Reads items of a Storable image to `Value`, without recursion.
///
/// What occurs more than once is decoded once and shared. To find it again the items have to be
/// remembered by number, which costs time and memory; so they are only from the first back reference
/// on, after starting over.
struct StorableReader: ~Copyable {
  /// How deep arrays, hashes and references may be nested in what is read.
  static let maximumDepth = 1000

  private let beginning: StorableCursor
  private let firstTag: Int
  private let firstClass: Int

  var cursor: StorableCursor
  var stack = ValueStack()
  var frame = StorableFrame(kind: .slot, tag: 0)
  var outer: [StorableFrame] = []
  /// What the frames of hashes refer to.
  var hashes: [HashStorage] = []
  var depth = 0
  /// The number of the next item.
  var tag: Int
  /// Class names in the order in which they came.
  var classes: [ByteString] = []
  /// The class of the next item; negative for none.
  var classIndex: Int32 = -1
  var memory: StorableMemory?
  /// How many more values may occur again: 2^20, and 16 for each byte of the image.
  private var sharing: Int
  /// Whether booleans may occur as such.
  var hasBooleans = true

  /// Whether the last error was that an item refers to one outside of what is read here: the whole
  /// image can still be good.
  private(set) var refersOutside = false

  /// Begins at the item at `offset` of `image`.
  ///
  /// - Parameters:
  ///   - image: all bytes of the image, which have to stay where they are while the reader is used.
  ///   - offset: where the item begins.
  ///   - firstTag: how many numbered items come before it.
  ///   - firstClass: how many classes are named before it.
  ///   - order: as the header says.
  init(
    image: UnsafeRawBufferPointer, at offset: Int, firstTag: Int, firstClass: Int = 0, order: StorableOrder
  ) {
    beginning = StorableCursor(image, at: offset, order: order)
    cursor = beginning
    self.firstTag = firstTag
    sharing = (1 << 20) + 16 * image.count
    self.firstClass = firstClass
    tag = firstTag
  }

  /// Where the item that was read ends.
  var offset: Int { cursor.offset }

  /// The value of one item as an element of a container holds it.
  mutating func readItem() throws(IKCError) -> Value { try read(as: .slot) }

  /// A reference to the one item: what `thaw` gives for an image whose root it is.
  mutating func readRoot() throws(IKCError) -> Value { try read(as: .root) }

  private mutating func read(as kind: StorableFrame.Kind) throws(IKCError) -> Value {
    if let value = try attempt(as: kind) { return value }
    cursor = beginning
    tag = firstTag
    classes.removeAll()
    classIndex = -1
    stack.removeAll()
    outer.removeAll()
    hashes.removeAll()
    depth = 0
    memory = StorableMemory(firstTag: firstTag)
    guard let value = try attempt(as: kind) else { throw .storable("can't be read") }
    return value
  }

  /// Nil where it has to be done again with memory.
  private mutating func attempt(as kind: StorableFrame.Kind) throws(IKCError) -> Value? {
    frame = StorableFrame(kind: kind, levels: 0, tag: tag)
    while true {
      switch try step() {
      case .more: continue
      case .needsMemory: return nil
      case .done: return stack.pop()
      }
    }
  }

  enum Step {
    case more
    case done
    /// A back reference came, and nothing was remembered.
    case needsMemory
  }

  /// Reads the beginning of one item, and all of it where nothing is inside.
  @inline(__always)
  private mutating func step() throws(IKCError) -> Step {
    let code = try cursor.byte()
    switch code {
    case StorableTag.scalar:
      return try finish(scalar: .bytes(try cursor.string(Int(try cursor.byte()))))
    case StorableTag.byte:
      return try finish(scalar: .int(Int64(try cursor.byte()) &- 128))
    case StorableTag.networkInteger:
      let word = try cursor.take(4).loadUnaligned(as: Int32.self)
      return try finish(scalar: .int(Int64(Int32(bigEndian: word))))
    case StorableTag.reference:
      return try beginReference(flags: 0)
    case StorableTag.hash:
      return try beginHash(flags: nil)
    case StorableTag.array:
      return try beginArray(count: try cursor.length())
    case StorableTag.undef, StorableTag.immortalUndef, StorableTag.undefElement:
      return try finish(scalar: .undef)
    case StorableTag.text:
      return try finish(scalar: try text(count: Int(try cursor.byte())))
    case StorableTag.integer:
      return try finish(scalar: .int(Int64(bitPattern: try cursor.nativeWord())))
    case StorableTag.double:
      return try finish(scalar: .double(Double(bitPattern: try cursor.nativeWord())))
    case StorableTag.flagHash:
      return try beginHash(flags: try cursor.byte())
    default:
      return try stepRarely(code)
    }
  }

  /// The items that are rare.
  @inline(never)
  private mutating func stepRarely(_ code: UInt8) throws(IKCError) -> Step {
    switch code {
    case StorableTag.longScalar:
      return try finish(scalar: .bytes(try cursor.string(try cursor.length())))
    case StorableTag.longText:
      return try finish(scalar: try text(count: try cursor.length()))
    case StorableTag.object:
      return try resolve(try cursor.tag())
    case StorableTag.immortalTrue:
      return try finish(scalar: .bool(true))
    case StorableTag.immortalFalse:
      return try finish(scalar: .bool(false))
    case StorableTag.booleanTrue where hasBooleans:
      return try finish(scalar: .bool(true))
    case StorableTag.booleanFalse where hasBooleans:
      return try finish(scalar: .bool(false))
    case StorableTag.overload:
      return try beginReference(flags: StorableFrame.isOverloaded)
    case StorableTag.weakReference:
      return try beginReference(flags: StorableFrame.isWeak)
    case StorableTag.weakOverload:
      return try beginReference(flags: StorableFrame.isWeak | StorableFrame.isOverloaded)
    case StorableTag.bless:
      classIndex = try nameClass(count: try shortOrLong())
      return .more
    case StorableTag.blessByIndex:
      classIndex = try recall(class: try shortOrLong())
      return .more
    case StorableTag.tiedArray, StorableTag.tiedHash, StorableTag.tiedScalar:
      return try beginWrapper(.tied, flags: code)
    case StorableTag.tiedKey:
      return try beginWrapper(.tiedKey, flags: code)
    case StorableTag.tiedIndex:
      return try beginWrapper(.tiedIndex, flags: code)
    case StorableTag.version:
      return try beginVersion(count: Int(try cursor.byte()))
    case StorableTag.longVersion:
      return try beginVersion(count: try cursor.length())
    case StorableTag.regexp:
      return try regexp()
    case StorableTag.hook:
      return try beginHook()
    case StorableTag.largeObject:
      return try largeObject()
    case StorableTag.code:
      throw .storable("holds code, which is never run", at: cursor.offset - 1)
    default:
      throw .storable("holds an item of unknown type \(code)", at: cursor.offset - 1)
    }
  }

  /// An item whose length has eight bytes.
  private mutating func largeObject() throws(IKCError) -> Step {
    let code = try cursor.byte()
    let length = try cursor.longLength()
    switch code {
    case StorableTag.object: return try resolve(length)
    case StorableTag.longScalar: return try finish(scalar: .bytes(try cursor.string(length)))
    case StorableTag.longText: return try finish(scalar: try text(count: length))
    case StorableTag.array: return try beginArray(count: length)
    case StorableTag.hash: return try beginHash(flags: nil, count: length)
    case StorableTag.flagHash: return try beginHash(flags: try cursor.byte(), count: length)
    default: throw .storable("holds a large item of unknown type \(code)", at: cursor.offset - 9)
    }
  }

  @inline(__always)
  private mutating func text(count: Int) throws(IKCError) -> Value {
    let octets = try cursor.octets(count)
    if let text = Text.string(octets) { return .string(text) }
    return .special(.malformedText(ByteString(octets)))
  }

  /// The item of that number once more.
  private mutating func resolve(_ number: Int) throws(IKCError) -> Step {
    // Perl gives what is already there no other class.
    classIndex = -1
    try check(number)
    guard memory != nil else { return .needsMemory }
    let (value, isReferent) = try recall(number)
    // Shared storage costs nothing here, but whoever goes through the value meets it every time; and levels add up.
    guard value.fits(&sharing, depth: Self.maximumDepth - depth) else {
      throw .storable("repeats parts of itself too often, or nests too deep", at: cursor.offset)
    }
    return try close(value, isReferent: isReferent)
  }

  /// Makes sure that there is an item of that number, and that it is here.
  mutating func check(_ number: Int) throws(IKCError) {
    guard number < tag else { throw .storable("refers to item \(number) before it comes", at: cursor.offset) }
    guard number >= firstTag else {
      refersOutside = true
      throw .storable("refers to item \(number), outside of the part that is read", at: cursor.offset)
    }
  }

  /// What the item of that number turned out to be.
  func recall(_ number: Int) throws(IKCError) -> (value: Value, isReferent: Bool) {
    switch memory?.recall(number) {
    case .value(let value)?: return (value, false)
    case .referent(let value)?: return (value, true)
    case .open?, nil: throw .storable("holds a cycle, which a plain value can't", at: cursor.offset)
    }
  }

  /// The class of that index.
  mutating func recall(class number: Int) throws(IKCError) -> Int32 {
    let index = number - firstClass
    guard index < classes.count else { throw .storable("uses class \(number) before it is named", at: cursor.offset) }
    if index < 0 {
      refersOutside = true
      throw .storable("uses class \(number), named outside of the part that is read", at: cursor.offset)
    }
    return Int32(truncatingIfNeeded: index)
  }

  /// Reads the name of another class.
  mutating func nameClass(count: Int) throws(IKCError) -> Int32 {
    let octets = try cursor.octets(count)
    // Perl takes the name for a C string, and the empty one for main.
    let name = UnsafeRawBufferPointer(rebasing: octets.prefix { $0 != 0 })
    classes.append(name.isEmpty ? "main" : ByteString(name))
    return Int32(truncatingIfNeeded: classes.count - 1)
  }

  /// A length or index of one byte, or of four behind a byte with the top bit.
  mutating func shortOrLong() throws(IKCError) -> Int {
    let byte = try cursor.byte()
    return byte & StorableFlag.longClass == 0 ? Int(byte) : try cursor.length()
  }
}
