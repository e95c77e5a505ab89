/// One item or hash key of a value that is being decoded, in 16 bytes.
///
/// Nodes lie in the order in which their items begin: a container's elements directly behind it, each
/// element of a hash as its key's node and then its value's.
struct TapeNode {
  enum Kind: UInt8 {
    case undef, bool, int, uint, double
    /// A byte string: `first` is its offset in the image, `second` its length.
    case bytes
    /// Flagged text, likewise.
    case text
    /// An array of `second` elements.
    case array
    /// A hash of `second` elements; `first` is the key that was found last.
    case hash
    /// A hash key: `first` and `second` are offset and length, `mark` its first and last byte.
    case key
    /// The same as the node `first`: a back reference in the image.
    case shared
    /// The same as the node `first`, to which a container of a `Value` was unfolded.
    case unfolded
    /// A string or container of a `Value` that has not been unfolded.
    case value
    /// Something that no Swift type but `Value` stands for, such as a regular expression.
    case opaque
  }

  struct Flags: OptionSet {
    let rawValue: UInt8

    /// The node or one below it holds more than the tape shows: a class, a reference to a scalar.
    static let hasMore = Flags(rawValue: 1)
    /// The key is UTF-8 with the flag.
    static let isText = Flags(rawValue: 2)
    /// The key is Latin-1 that had the flag.
    static let isLatin1 = Flags(rawValue: 4)
    /// The key counts for nothing: a later one is equal to it, or it has no value.
    static let isVoid = Flags(rawValue: 8)
    /// The container's end has not been reached.
    static let isOpen = Flags(rawValue: 16)
    /// The hash has flags with its keys.
    static let isFlagged = Flags(rawValue: 32)
  }

  var first: UInt32
  var second: UInt32
  /// The index behind the node and all nodes below it.
  var next: UInt32
  /// For a key its first and last byte; for others how many tag numbers the item took.
  var mark: UInt16
  var kind: Kind
  var flags: Flags

  @inline(__always)
  init(_ kind: Kind, first: UInt32 = 0, second: UInt32 = 0, next: UInt32 = 0, mark: UInt16 = 0, flags: Flags = []) {
    self.first = first
    self.second = second
    self.next = next
    self.mark = mark
    self.kind = kind
    self.flags = flags
  }

  @inline(__always)
  init(_ kind: Kind, word: UInt64, next: UInt32, mark: UInt16 = 0, flags: Flags = []) {
    self.init(
      kind, first: UInt32(truncatingIfNeeded: word), second: UInt32(truncatingIfNeeded: word >> 32), next: next,
      mark: mark, flags: flags)
  }

  /// The number or truth value of such a node.
  @inline(__always)
  var word: UInt64 { UInt64(first) | UInt64(second) << 32 }

  /// What a key's node keeps of the key, to tell most others apart.
  @inline(__always)
  static func mark(_ key: UnsafeRawBufferPointer) -> UInt16 {
    guard let start = key.baseAddress, key.count > 0 else { return 0 }
    let first = start.load(as: UInt8.self)
    let last = start.load(fromByteOffset: key.count &- 1, as: UInt8.self)
    return UInt16(first) | UInt16(last) << 8
  }
}
