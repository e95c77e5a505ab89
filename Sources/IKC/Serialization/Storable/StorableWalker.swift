/// Walks over Storable items without building them: where each ends, and how many tag numbers it takes.
///
/// The hot path finds the fields of a message with it. It checks every length against the bytes that
/// are there and never allocates; what an item holds is the reader's business.
struct StorableWalker {
  /// The first byte of the image.
  let start: UnsafeRawPointer
  /// How many bytes the image has.
  let count: Int
  /// The order of the bytes in lengths.
  let order: StorableOrder
  /// The offset of the next item.
  var offset: Int
  /// How many items have taken a number so far.
  var tags = 0
  /// Whether a class name has been passed: later items may refer to it by index.
  var hasClasses = false
  /// Whether a back reference, a class index or a hook has been passed: such an item may need others to be read.
  var hasReferences = false

  /// How deep containers may nest; deeper ones fail the scan.
  static let maximumDepth = 1_000

  /// Stands at the root of `image`, behind the header; nil where the header is none that this machine reads.
  init?(image: UnsafeRawBufferPointer) {
    guard let base = image.baseAddress, image.count > 2 else { return nil }
    start = base
    count = image.count
    if base.load(as: UInt8.self) == 0x05 {
      order = .network
      offset = 2
    } else {
      guard let header = try? StorableOrder.read(image) else { return nil }
      (order, offset) = header
    }
  }

  /// Stands at an item inside of an image in network order.
  @inline(__always)
  init(in start: UnsafeRawPointer, count: Int, at offset: Int) {
    self.start = start
    self.count = count
    self.offset = offset
    order = .network
  }

  /// The byte at the offset, without stepping over it; nil at the end.
  @inline(__always)
  func peek() -> UInt8? {
    offset < count ? start.load(fromByteOffset: offset, as: UInt8.self) : nil
  }

  /// Steps over `size` bytes; false where fewer are left.
  @inline(__always)
  mutating func advance(_ size: Int) -> Bool {
    guard size <= count - offset else { return false }
    offset += size
    return true
  }

  /// Takes one byte.
  @inline(__always)
  mutating func byte() -> Int? {
    guard offset < count else { return nil }
    defer { offset += 1 }
    return Int(start.load(fromByteOffset: offset, as: UInt8.self))
  }

  /// Takes a length in the image's byte order.
  @inline(__always)
  mutating func length() -> Int? {
    guard count - offset >= 4 else { return nil }
    let raw = start.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    offset += 4
    return Int(order == .network ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw))
  }

  /// Steps over a length and as many bytes.
  @inline(__always)
  mutating func skipBlock() -> Bool {
    guard let size = length() else { return false }
    return advance(size)
  }

  /// Steps over one byte of length and as many bytes.
  @inline(__always)
  private mutating func skipShortBlock() -> Bool {
    guard let size = byte() else { return false }
    return advance(size)
  }

  /// Steps over one item; false where it is not whole, has an unknown tag or nests too deep.
  @inline(__always)
  mutating func skipItem() -> Bool {
    // The common leaf first: a short string.
    if let tag = peek(), tag == StorableTag.scalar {
      offset += 1
      tags += 1
      return skipShortBlock()
    }
    return skipItem(depth: 0)
  }

  private mutating func skipItem(depth: Int) -> Bool {
    guard depth <= Self.maximumDepth, let tag = skipReferences() else { return false }
    switch UInt8(truncatingIfNeeded: tag) {
    case StorableTag.object:
      hasReferences = true
      return advance(4)
    case StorableTag.scalar, StorableTag.text:
      tags += 1
      return skipShortBlock()
    case StorableTag.longScalar, StorableTag.longText:
      tags += 1
      return skipBlock()
    case StorableTag.byte:
      tags += 1
      return advance(1)
    case StorableTag.networkInteger:
      tags += 1
      return advance(4)
    case StorableTag.integer, StorableTag.double:
      tags += 1
      return advance(8)
    case StorableTag.undef, StorableTag.immortalUndef, StorableTag.undefElement, StorableTag.immortalTrue,
      StorableTag.immortalFalse, StorableTag.booleanTrue, StorableTag.booleanFalse:
      tags += 1
      return true
    case StorableTag.tiedArray, StorableTag.tiedHash, StorableTag.tiedScalar, StorableTag.code:
      tags += 1
      return skipItem(depth: depth + 1)
    case StorableTag.array:
      tags += 1
      return skipArray(depth: depth)
    case StorableTag.hash:
      tags += 1
      return skipHash(depth: depth, hasFlags: false)
    case StorableTag.flagHash:
      tags += 1
      return advance(1) && skipHash(depth: depth, hasFlags: true)
    default:
      return skipRareItem(UInt8(truncatingIfNeeded: tag), depth: depth)
    }
  }

  /// Steps over references, which are no levels of their own, and takes the tag behind them.
  @inline(__always)
  private mutating func skipReferences() -> Int? {
    while let tag = byte() {
      switch UInt8(truncatingIfNeeded: tag) {
      case StorableTag.reference, StorableTag.overload, StorableTag.weakReference, StorableTag.weakOverload: tags += 1
      default: return tag
      }
    }
    return nil
  }

  private mutating func skipArray(depth: Int) -> Bool {
    // Every item has at least one byte.
    guard let size = length(), size <= count - offset else { return false }
    for _ in 0..<size where !skipItem(depth: depth + 1) { return false }
    return true
  }

  private mutating func skipHash(depth: Int, hasFlags: Bool) -> Bool {
    guard let size = length(), size <= (count - offset) / 5 else { return false }
    for _ in 0..<size {
      guard skipItem(depth: depth + 1), !hasFlags || advance(1), skipBlock() else { return false }
    }
    return true
  }

  @inline(never)
  private mutating func skipRareItem(_ tag: UInt8, depth: Int) -> Bool {
    switch tag {
    case StorableTag.bless:
      hasClasses = true
      return skipClassName() && skipItem(depth: depth + 1)
    case StorableTag.blessByIndex:
      hasReferences = true
      guard let index = byte() else { return false }
      return (index < 0x80 || advance(4)) && skipItem(depth: depth + 1)
    case StorableTag.tiedKey:
      tags += 1
      return skipItem(depth: depth + 1) && skipItem(depth: depth + 1)
    case StorableTag.tiedIndex:
      tags += 1
      return skipItem(depth: depth + 1) && advance(4)
    case StorableTag.version:
      return skipShortBlock() && skipItem(depth: depth + 1)
    case StorableTag.longVersion:
      return skipBlock() && skipItem(depth: depth + 1)
    case StorableTag.regexp:
      tags += 1
      guard let flags = byte() else { return false }
      return (flags & 1 != 0 ? skipBlock() : skipShortBlock()) && skipShortBlock()
    case StorableTag.hook:
      return skipHook(depth: depth)
    default:
      return false
    }
  }

  private mutating func skipClassName() -> Bool {
    guard let size = byte() else { return false }
    if size < 0x80 { return advance(size) }
    return skipBlock()
  }

  private mutating func skipHook(depth: Int) -> Bool {
    hasReferences = true
    hasClasses = true
    tags += 1
    guard var flags = byte(), flags & 3 != 3 || advance(1) else { return false }
    while flags & 0x40 != 0 {
      guard skipItem(depth: depth + 1), let next = byte() else { return false }
      flags = next
    }
    if flags & 0x20 != 0 {
      guard advance(flags & 0x04 != 0 ? 4 : 1) else { return false }
    } else {
      guard flags & 0x04 != 0 ? skipBlock() : skipShortBlock() else { return false }
    }
    guard flags & 0x08 != 0 ? skipBlock() : skipShortBlock() else { return false }
    if flags & 0x80 != 0 {
      guard let entries = flags & 0x10 != 0 ? length() : byte(), entries <= (count - offset) / 4 else { return false }
      offset += entries * 4
    }
    return flags & 3 != 3 || skipItem(depth: depth + 1)
  }
}
