extension Envelope {
  /// What is wrong with a body that is no message.
  enum Defect: Error {
    /// The header is none of Storable's, or of another machine's order.
    case header
    /// The root is something other than a hash.
    case noHash
    /// The image ends early, has an unknown tag, or nests too deep.
    case malformed
  }

  /// The longest body that a scan takes: offsets are 32 bit.
  static let maximumBody = Int(Int32.max)

  /// Finds the fields of a Storable message in one pass.
  @inline(__always)
  init(scanning body: UnsafeRawBufferPointer) throws(Defect) {
    guard body.count <= Self.maximumBody, var walker = StorableWalker(image: body) else { throw .header }
    order = walker.order
    guard var tag = walker.byte() else { throw .malformed }
    if tag == Int(StorableTag.bless) {
      guard let size = walker.byte(), size < 0x80 ? walker.advance(size) : walker.skipBlock(),
        let root = walker.byte()
      else { throw .malformed }
      walker.hasClasses = true
      tag = root
    }
    let hasFlags = tag == Int(StorableTag.flagHash)
    guard tag == Int(StorableTag.hash) || hasFlags else { throw .noHash }
    walker.tags = 1
    guard !hasFlags || walker.advance(1), let size = walker.length(), size <= (body.count - walker.offset) / 5
    else { throw .malformed }

    for _ in 0..<size {
      let start = walker.offset
      let firstTag = walker.tags
      let hasEarlierClasses = walker.hasClasses
      guard walker.skipItem() else { throw .malformed }
      let field = Field(
        start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: walker.offset),
        firstTag: Int32(truncatingIfNeeded: firstTag))
      guard !hasFlags || walker.advance(1), let length = walker.length(), length <= body.count - walker.offset
      else { throw .malformed }
      let key = walker.start + walker.offset
      walker.offset += length
      take(field, key: key, length: length, in: walker)
      if hasEarlierClasses, params.start == field.start { self.hasEarlierClasses = true }
    }
    isEntangled = walker.hasReferences || walker.hasClasses
  }

  @inline(__always)
  private mutating func take(_ field: Field, key: UnsafeRawPointer, length: Int, in walker: StorableWalker) {
    switch length {
    case 5 where Key.event.matches(key):
      event = field
    case 6 where Key.params.matches(key):
      params = field
    case 4 where Key.from.matches(key):
      from = field
    case 4 where Key.rsvp.matches(key):
      // A false one is none, as in IKC 0.2402.
      rsvp = Self.isTrue(field, in: walker) ? field : Field()
    case 9 where Key.wantarray.matches(key):
      wantsList = Self.isTrue(field, in: walker)
    case 8 where Key.isError.matches(key):
      isError = Self.isTrue(field, in: walker)
    default:
      break
    }
  }

  /// Perl's truth of a plain item: undef, the empty string and "0" are false.
  private static func isTrue(_ field: Field, in walker: StorableWalker) -> Bool {
    let item = walker.start + Int(field.start)
    switch item.load(as: UInt8.self) {
    case StorableTag.undef, StorableTag.immortalUndef, StorableTag.undefElement, StorableTag.immortalFalse,
      StorableTag.booleanFalse:
      return false
    case StorableTag.scalar, StorableTag.text:
      let size = item.load(fromByteOffset: 1, as: UInt8.self)
      return size > 1 || (size == 1 && item.load(fromByteOffset: 2, as: UInt8.self) != 0x30)
    case StorableTag.byte:
      return item.load(fromByteOffset: 1, as: UInt8.self) != 128
    case StorableTag.networkInteger:
      return item.loadUnaligned(fromByteOffset: 1, as: UInt32.self) != 0
    default:
      return true
    }
  }

  /// A key's bytes, as words to compare with.
  private struct Key {
    let head: UInt32
    let tail: UInt64
    let tailSize: Int

    @inline(__always)
    func matches(_ key: UnsafeRawPointer) -> Bool {
      guard key.loadUnaligned(as: UInt32.self) == head else { return false }
      switch tailSize {
      case 0: return true
      case 1: return UInt64(key.load(fromByteOffset: 4, as: UInt8.self)) == tail
      case 2: return UInt64(key.loadUnaligned(fromByteOffset: 4, as: UInt16.self)) == tail
      case 4: return UInt64(key.loadUnaligned(fromByteOffset: 4, as: UInt32.self)) == tail
      default:
        return UInt64(key.loadUnaligned(fromByteOffset: 4, as: UInt32.self)) == tail & 0xffff_ffff
          && UInt64(key.load(fromByteOffset: 8, as: UInt8.self)) == tail >> 32
      }
    }

    // Little endian words: "even" "t", "para" "ms", "from", "rsvp", "want" "arra" "y", "is_e" "rror".
    static let event = Key(head: 0x6e65_7665, tail: 0x74, tailSize: 1)
    static let params = Key(head: 0x6172_6170, tail: 0x736d, tailSize: 2)
    static let from = Key(head: 0x6d6f_7266, tail: 0, tailSize: 0)
    static let rsvp = Key(head: 0x7076_7372, tail: 0, tailSize: 0)
    static let wantarray = Key(head: 0x746e_6177, tail: 0x79_6172_7261, tailSize: 5)
    static let isError = Key(head: 0x655f_7369, tail: 0x726f_7272, tailSize: 4)
  }
}
