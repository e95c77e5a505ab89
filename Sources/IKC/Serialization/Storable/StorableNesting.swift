/// Keeps an image within the depth that Perl's Storable writes itself.
///
/// An array or hash counts one level, and so does a reference to anything else.
struct StorableNesting {
  /// The level at which Storable refuses an array or a reference.
  static let maximumDepth = 512
  /// The level at which it refuses a hash.
  static let maximumHashDepth = 256

  private(set) var depth: Int

  /// Starts below `depth` containers that are there already.
  init(depth: Int = 0) { self.depth = depth }

  /// Begins an array or a reference.
  @inline(__always)
  mutating func enter() throws(IKCError) {
    depth &+= 1
    if depth > Self.maximumDepth { throw Self.tooDeep }
  }

  /// Begins a hash.
  @inline(__always)
  mutating func enterHash() throws(IKCError) {
    depth &+= 1
    if depth > Self.maximumHashDepth { throw Self.tooDeep }
  }

  /// Ends what was begun last.
  @inline(__always)
  mutating func leave() { depth &-= 1 }

  private static var tooDeep: IKCError {
    .unstorable("more than \(maximumDepth) nested arrays or \(maximumHashDepth) nested hashes")
  }
}
