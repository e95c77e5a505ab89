/// Writes a Storable item as its parts come, without building anything in between.
///
/// That asks for an order that nearly all types keep to: what is begun inside a container ends before the
/// container goes on. A type that does not is encoded once more, by way of a `Value`.
final class StorableSink: EncodingSink {
  /// An array or hash that is open. The first level is the item itself.
  private struct Level {
    /// The container, among all of the session.
    let serial: UInt32
    let kind: Place.Kind
    /// Where its tag is.
    let start: Int
    var count = 0
    /// The item that has been begun in it; 0 for none.
    var item: UInt32 = 0
    /// Whether something was written for that item.
    var isFilled = false
    /// That item's key.
    var key = ""
    /// Whether keys have flags.
    var isFlagged = false
    /// Where in `keyOffsets` its own begin.
    let firstKey: Int
  }

  // A sink is used by one thread and never while one of its own methods runs; checking every access took
  // a fifth of the time.
  @exclusivity(unchecked) var writer = ByteWriter()
  private let order: StorableOrder
  private let isRoot: Bool
  private let outerDepth: Int
  @exclusivity(unchecked) private var levels: ContiguousArray<Level> = []
  @exclusivity(unchecked) private var serial: UInt32 = 1
  /// Where the keys of open hashes without flags are, in case that flags are needed after all.
  @exclusivity(unchecked) private var keyOffsets: ContiguousArray<Int> = []
  @exclusivity(unchecked) private var failure: IKCError?
  /// Whether the item has to be written from a `Value` of the whole.
  private(set) var needsTree = false

  init(_ context: StorableContext, userInfo: [CodingUserInfoKey: any Sendable]) {
    order = context.order
    isRoot = context.isRoot
    outerDepth = context.depth
    super.init(userInfo: userInfo)
    levels.reserveCapacity(8)
    levels.append(Level(serial: 0, kind: .none, start: 0, item: 1, firstKey: 0))
  }

  /// Writes the item, unless `needsTree` says afterwards that it has to be written in another way.
  func write<T: Encodable>(_ value: T) throws(IKCError) {
    do {
      try encode(value, at: Place(index: 0, serial: 1, kind: .item), key: "")
      try finish()
    } catch {
      if !needsTree { throw .encoding(error, root: ValueEncoder.root) }
    }
  }

  /// Ends everything that is open.
  private func finish() throws {
    if let failure { throw failure }
    while levels.count > 1 { try closeLevel() }
    if !levels[0].isFilled { try writeEmptyHash() }
  }

  private var top: Int { levels.count &- 1 }

  // MARK: Scalars

  override func putUndef(at place: Place, key: String) throws {
    try begin(place)
    writer.writeStorableUndef()
    try end(place, key)
  }

  override func put(_ flag: Bool, at place: Place, key: String) throws {
    try begin(place)
    writer.writeStorable(flag)
    try end(place, key)
  }

  override func put(_ number: Int64, at place: Place, key: String) throws {
    try begin(place)
    writer.writeStorable(number, order: order)
    try end(place, key)
  }

  override func put(_ number: UInt64, at place: Place, key: String) throws {
    try begin(place)
    writer.writeStorable(number, order: order)
    try end(place, key)
  }

  override func put(_ number: Double, at place: Place, key: String) throws {
    try begin(place)
    writer.writeStorable(number, order: order)
    try end(place, key)
  }

  override func put(_ text: String, at place: Place, key: String) throws {
    try begin(place)
    try writer.writeStorable(text, order: order)
    try end(place, key)
  }

  override func put(octets: UnsafeRawBufferPointer, at place: Place, key: String) throws {
    try begin(place)
    try writer.writeStorable(octets: octets, isText: false, order: order)
    try end(place, key)
  }

  override func put(_ value: Value, at place: Place, key: String) throws {
    try begin(place)
    var encoder = StorableEncoder(order: order, writer: writer, depth: outerDepth + top)
    if !isRoot || top > 0 {
      try encoder.writeItem(value, to: &writer)
    } else {
      try encoder.writeRoot(value, to: &writer)
    }
    // Classes and hooks refer to what came before in the whole image.
    if encoder.namesClasses { throw disorder }
    try end(place, key)
  }

  /// Takes the place of the next item.
  @inline(__always)
  private func begin(_ place: Place) throws {
    let top = top
    if place.kind == .item {
      guard Int(place.index) == top, levels[top].item == place.serial, !levels[top].isFilled else { throw disorder }
      levels[top].isFilled = true
    } else if Int(place.index) != top || levels[top].serial != place.serial || levels[top].item != 0 {
      try settle(place)
    }
  }

  /// Counts the item that was written.
  @inline(__always)
  private func end(_ place: Place, _ key: String) throws {
    if place.kind == .item { return }
    if place.kind == .hash { try write(key: key) }
    levels[top].count &+= 1
  }

  // MARK: Containers

  override func open(_ kind: Place.Kind, at place: Place) -> Place {
    guard failure == nil, place.kind == .item, Int(place.index) < levels.count,
      levels[Int(place.index)].item == place.serial
    else { return fail() }
    let top = top
    if levels[top].isFilled || Int(place.index) != top {
      // A class and its superclass may share one container.
      let inner = Int(place.index) + 1
      guard inner < levels.count, levels[inner].kind == kind else { return fail() }
      return Place(index: UInt32(inner), serial: levels[inner].serial, kind: kind)
    }
    levels[top].isFilled = true
    do throws(IKCError) {
      try writeHead(kind)
    } catch {
      failure = error
      return Self.nowhere
    }
    return Place(index: UInt32(truncatingIfNeeded: top &+ 1), serial: serial, kind: kind)
  }

  private func writeHead(_ kind: Place.Kind) throws(IKCError) {
    var nesting = StorableNesting(depth: outerDepth + top)
    if kind == .hash { try nesting.enterHash() } else { try nesting.enter() }
    serial &+= 1
    if !isRoot || top > 0 { writer.writeStorableReference() }
    levels.append(Level(serial: serial, kind: kind, start: writer.count, firstKey: keyOffsets.count))
    if kind == .hash {
      try writer.writeStorableHash(count: 0, isReferenced: false, order: order)
    } else {
      try writer.writeStorableArray(count: 0, isReferenced: false, order: order)
    }
  }

  override func item(in place: Place, key: String) -> Place {
    guard failure == nil, !needsTree, place.kind != .none else { return fail() }
    do {
      try begin(place)
    } catch {
      return Self.nowhere
    }
    serial &+= 1
    let top = top
    levels[top].item = serial
    levels[top].isFilled = false
    if place.kind == .hash { levels[top].key = key }
    return Place(index: UInt32(truncatingIfNeeded: top), serial: serial, kind: .item)
  }

  override func endItem(in place: Place) throws { try begin(place) }

  /// Ends what is open inside a container that goes on.
  private func settle(_ place: Place) throws {
    let index = Int(place.index)
    guard place.kind != .none, index < levels.count, levels[index].serial == place.serial else { throw disorder }
    while top > index { try closeLevel() }
    if levels[index].item != 0 { try closeItem() }
  }

  /// Ends the innermost container.
  private func closeLevel() throws {
    if levels[top].item != 0 { try closeItem() }
    let level = levels.removeLast()
    let count = UInt32(clamping: level.count)
    if count > Int32.max { throw failed(.unstorable("more than 2147483647 elements in one")) }
    let place = level.start + (level.isFlagged ? 2 : 1)
    writer.patch(place, bigEndian: order == .network ? count : count.byteSwapped)
    keyOffsets.removeLast(keyOffsets.count - level.firstKey)
  }

  /// Ends the item that was begun in the innermost container.
  private func closeItem() throws {
    if !levels[top].isFilled { try writeEmptyHash() }
    if levels[top].kind == .hash { try write(key: levels[top].key) }
    levels[top].item = 0
    levels[top].count += 1
  }

  private func writeEmptyHash() throws {
    try writer.writeStorableHash(count: 0, isReferenced: !isRoot || top > 0, order: order)
  }

  override func count(_ place: Place) -> Int {
    let index = Int(place.index)
    guard index < levels.count, levels[index].serial == place.serial else { return 0 }
    return levels[index].count + (levels[index].item == 0 ? 0 : 1)
  }

  override func codingPath(_ place: Place) -> [any CodingKey] {
    guard Int(place.index) < levels.count else { return [] }
    let last = Int(place.index) + (place.kind == .item ? 1 : 0)
    return levels[min(1, last)..<last].map { level in
      level.kind == .hash ? PathKey(stringValue: level.key) : PathKey(index: level.count)
    }
  }

  // MARK: Failures

  private func fail() -> Place {
    if failure == nil { needsTree = true }
    return Self.nowhere
  }

  private func failed(_ error: IKCError) -> IKCError {
    failure = error
    return error
  }

  /// The error for writing where nothing can be written any more.
  private var disorder: IKCError {
    if let failure { return failure }
    needsTree = true
    return IKCError(.cannotEncode, "a container was written to after it had ended")
  }
}

// MARK: - Keys

extension StorableSink {
  @inline(__always)
  private func write(key: String) throws {
    let isPlain = try key.withBytes { bytes in
      guard !levels[top].isFlagged, Text.isASCII(bytes) else { return false }
      keyOffsets.append(writer.count)
      try writer.writeStorableKey(bytes, order: order)
      return true
    }
    if isPlain { return }
    if !levels[top].isFlagged { flagKeys() }
    try writer.writeStorableFlagKey(Value.Hash.Key(key), order: order)
  }

  /// Makes room for flags in the innermost hash: behind its tag, and before each key written so far.
  @inline(never)
  private func flagKeys() {
    let level = levels[top]
    var gaps = [level.start + 1]
    gaps.append(contentsOf: keyOffsets[level.firstKey...])
    keyOffsets.removeLast(keyOffsets.count - level.firstKey)
    var end = writer.count
    let base = writer.tail(gaps.count) - end
    writer.advance(gaps.count)
    base.storeBytes(of: StorableTag.flagHash, toByteOffset: level.start, as: UInt8.self)
    for (index, gap) in gaps.enumerated().reversed() {
      (base + gap + index + 1).copyMemory(from: base + gap, byteCount: end - gap)
      base.storeBytes(of: 0, toByteOffset: gap + index, as: UInt8.self)
      end = gap
    }
    levels[top].isFlagged = true
  }
}
