/// Writes a Storable item as its parts come, without building anything in between.
///
/// That asks for an order that nearly all types keep to: what is begun inside a container ends before the
/// container goes on. A type that does not is encoded once more, by way of a `Value`.
final class StorableSink: EncodingSink {
  // A sink is used by one thread and never while one of its own methods runs; checking every access took
  // a fifth of the time.
  @exclusivity(unchecked) var writer = ByteWriter()
  private let order: StorableOrder
  private let isRoot: Bool
  private let outerDepth: Int
  @exclusivity(unchecked) private var levels = StorableLevels(StorableLevel(serial: 0, kind: .none, start: 0, item: 1))
  @exclusivity(unchecked) private var serial: UInt32 = 1
  @exclusivity(unchecked) private var failure: IKCError?
  /// Whether the item has to be written from a `Value` of the whole.
  private(set) var needsTree = false

  init(_ context: StorableContext, userInfo: [CodingUserInfoKey: any Sendable]) {
    order = context.order
    isRoot = context.isRoot
    outerDepth = context.depth
    super.init(userInfo: userInfo)
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
    while levels.top > 0 { try closeLevel() }
    if !levels.innermost.isFilled { try writeEmptyHash() }
  }

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
    var encoder = StorableEncoder(order: order, writer: writer, depth: outerDepth + levels.top)
    if !isRoot || levels.top > 0 {
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
    if place.kind == .item {
      guard Int(place.index) == levels.top, levels.innermost.item == place.serial, !levels.innermost.isFilled else {
        throw disorder
      }
      levels.innermost.isFilled = true
    } else if Int(place.index) != levels.top || levels.innermost.serial != place.serial || levels.innermost.item != 0 {
      try settle(place)
    }
  }

  /// Counts the item that was written.
  @inline(__always)
  private func end(_ place: Place, _ key: String) throws {
    if place.kind == .item { return }
    if place.kind == .hash { try write(key: key) }
    levels.innermost.count &+= 1
  }

  // MARK: Containers

  override func open(_ kind: Place.Kind, at place: Place) -> Place {
    guard failure == nil, place.kind == .item, let level = levels[place.index], level.item == place.serial else {
      return fail()
    }
    if level.isFilled {
      // A class and its superclass may share one container.
      guard let inner = levels[place.index + 1], inner.kind == kind else { return fail() }
      return Place(index: place.index + 1, serial: inner.serial, kind: kind)
    }
    levels.innermost.isFilled = true
    do throws(IKCError) {
      try writeHead(kind)
    } catch {
      failure = error
      return Self.nowhere
    }
    return Place(index: UInt32(truncatingIfNeeded: levels.top), serial: serial, kind: kind)
  }

  private func writeHead(_ kind: Place.Kind) throws(IKCError) {
    var nesting = StorableNesting(depth: outerDepth + levels.top)
    if kind == .hash { try nesting.enterHash() } else { try nesting.enter() }
    serial &+= 1
    if !isRoot || levels.top > 0 { writer.writeStorableReference() }
    levels.push(StorableLevel(serial: serial, kind: kind, start: writer.count))
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
    levels.innermost.item = serial
    levels.innermost.isFilled = false
    if place.kind == .hash { levels.innermost.key = key }
    return Place(index: UInt32(truncatingIfNeeded: levels.top), serial: serial, kind: .item)
  }

  override func endItem(in place: Place) throws { try begin(place) }

  /// Ends what is open inside a container that goes on.
  private func settle(_ place: Place) throws {
    guard place.kind != .none, let level = levels[place.index], level.serial == place.serial else { throw disorder }
    while levels.top > place.index { try closeLevel() }
    if levels.innermost.item != 0 { try closeItem() }
  }

  /// Ends the innermost container.
  private func closeLevel() throws {
    if levels.innermost.item != 0 { try closeItem() }
    try patchCount()
    _ = levels.pop()
  }

  /// Writes the count of the innermost container, which was unknown when it began.
  private func patchCount() throws {
    let level = levels.innermost
    let count = UInt32(clamping: level.count)
    if count > Int32.max { throw failed(.unstorable("more than 2147483647 elements in one")) }
    let place = level.start + (level.isFlagged ? 2 : 1)
    writer.patch(place, bigEndian: order == .network ? count : count.byteSwapped)
  }

  /// Ends the item that was begun in the innermost container.
  private func closeItem() throws {
    if !levels.innermost.isFilled { try writeEmptyHash() }
    if levels.innermost.kind == .hash { try write(key: levels.innermost.key) }
    levels.innermost.item = 0
    levels.innermost.count &+= 1
  }

  private func writeEmptyHash() throws {
    try writer.writeStorableHash(count: 0, isReferenced: !isRoot || levels.top > 0, order: order)
  }

  override func count(_ place: Place) -> Int {
    guard let level = levels[place.index], level.serial == place.serial else { return 0 }
    return level.count + (level.item == 0 ? 0 : 1)
  }

  override func codingPath(_ place: Place) -> [any CodingKey] {
    guard place.kind != .none else { return [] }
    let last = place.kind == .item ? place.index : max(place.index, 1) - 1
    return (0...last).dropFirst().compactMap { index in
      levels[index].map { $0.kind == .hash ? PathKey(stringValue: $0.key) : PathKey(index: $0.count) }
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
      guard !levels.innermost.isFlagged, Text.isASCII(bytes) else { return false }
      try writer.writeStorableKey(bytes, order: order)
      return true
    }
    if isPlain { return }
    if !levels.innermost.isFlagged { try flagKeys() }
    try writer.writeStorableFlagKey(Value.Hash.Key(key), order: order)
  }

  /// Makes room for flags in the innermost hash: behind its tag, and before each key written so far.
  @inline(never)
  private func flagKeys() throws {
    let gaps = try flagOffsets()
    var end = writer.count
    let base = writer.tail(gaps.count) - end
    writer.advance(gaps.count)
    base.storeBytes(of: StorableTag.flagHash, toByteOffset: levels.innermost.start, as: UInt8.self)
    for (index, gap) in gaps.enumerated().reversed() {
      (base + gap + index + 1).copyMemory(from: base + gap, byteCount: end - gap)
      base.storeBytes(of: 0, toByteOffset: gap + index, as: UInt8.self)
      end = gap
    }
    levels.innermost.isFlagged = true
  }

  /// Where flags are missing in the innermost hash. They are so rarely needed that its keys are looked for
  /// only then.
  private func flagOffsets() throws -> [Int] {
    try patchCount()
    let start = levels.innermost.start
    var scanner = try StorableScanner(image: writer.bytes, at: start, firstTag: 0, order: order)
    do {
      try scanner.scan()
    } catch {
      throw disorder
    }
    let tape = scanner.finish()
    var gaps = [start + 1]
    var key = Tape.root &+ 1
    while key < tape.end {
      gaps.append(Int(tape[key].first) - 4)
      key = tape[key].next
    }
    return gaps
  }
}
