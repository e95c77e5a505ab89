/// An item that has begun and waits for the items inside it.
struct StorableFrame {
  enum Kind: UInt8 {
    /// Below the outermost item: a slot takes it as it is.
    case slot
    /// Below the outermost item: the image's root is what a reference refers to.
    case root
    case reference
    case array
    case hash
    case flagHash
    case tied
    case tiedKey
    case tiedIndex
    case version
    /// An object with a hook, while items stand in front of its class.
    case hook
    /// The same, while the object that it is tied to is read.
    case hookTie
  }

  let kind: Kind
  /// References: weak and overloaded. Hooks: the flags read last. Tied: the tag.
  var flags: UInt8 = 0
  /// By how many levels the item made the nesting deeper.
  var levels: UInt8 = 1
  /// Hooks: what the object is underneath, as written.
  var base: UInt8 = 0
  /// The class of the item, as an index; negative for none.
  var classIndex: Int32 = -1
  /// The item's number.
  var tag: Int
  /// How many elements are to come.
  var remaining = 0
  /// Where its elements begin on the stack.
  var height = 0
  /// The elements of a hash so far. The reader's list of hashes owns it, so that frames are plain memory.
  var hash: HashTable?

  /// Whether the reference in front of an array or hash, which has the number before, is part of it.
  var isReferenced = false

  static let isWeak: UInt8 = 1
  static let isOverloaded: UInt8 = 2
}
