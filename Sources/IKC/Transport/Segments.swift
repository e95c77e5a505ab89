/// Pieces of memory of one size, by their numbers. They come and go at the end, and never move: each segment holds as many
/// as all before it.
struct Segments: ~Copyable {
  private let stride: Int
  private var segments: [UnsafeMutableRawPointer] = []
  private(set) var count = 0

  init(stride: Int) { self.stride = stride }

  deinit { for segment in segments { segment.deallocate() } }

  /// In which segment a piece is: 0; 1; 2 and 3; 4 to 7; …
  @inline(__always)
  private static func segment(of index: Int) -> Int { Int.bitWidth - index.leadingZeroBitCount }

  /// The number of a segment's first piece.
  @inline(__always)
  private static func first(of segment: Int) -> Int { (1 << segment) >> 1 }

  /// Piece `index`, which must be there.
  @inline(__always)
  subscript(index: Int) -> UnsafeMutableRawPointer {
    let segment = Self.segment(of: index)
    return segments[segment] + (index - Self.first(of: segment)) * stride
  }

  /// Adds a piece; whatever is in it.
  mutating func append() -> UnsafeMutableRawPointer {
    let segment = Self.segment(of: count)
    if segment == segments.count {
      let pieces = max(1, Self.first(of: segment))
      segments.append(.allocate(byteCount: pieces * stride, alignment: 128))
    }
    count += 1
    return self[count - 1]
  }

  /// Removes the last piece, and gives its segment back with the last one in it.
  mutating func removeLast() {
    count -= 1
    let segment = Self.segment(of: count)
    if Self.first(of: segment) == count { segments.removeLast().deallocate() }
  }

  mutating func removeAll() { while count > 0 { removeLast() } }
}
