extension UnsafeRawPointer {
  /// Whether `count` bytes here and at `other` are the same; compared in vectors, then in words.
  @inline(__always)
  func isSame(as other: UnsafeRawPointer, count: Int) -> Bool {
    guard count >= 16 else { return isSameShort(as: other, count: count) }
    var offset = 0
    while offset &+ 64 <= count {
      guard differ(from: other, at: offset) == 0 else { return false }
      offset &+= 64
    }
    while offset &+ 16 < count {
      guard differences(from: other, at: offset) | differences(from: other, at: offset &+ 8) == 0 else { return false }
      offset &+= 16
    }
    // The last ones, some of them once more.
    return differences(from: other, at: count &- 16) | differences(from: other, at: count &- 8) == 0
  }

  /// The same for fewer than 16 bytes: the first and the last ones that make a word, which may overlap.
  @inline(__always)
  private func isSameShort(as other: UnsafeRawPointer, count: Int) -> Bool {
    if count >= 8 { return differences(from: other, at: 0) | differences(from: other, at: count &- 8) == 0 }
    if count >= 4 {
      return loadUnaligned(as: UInt32.self) == other.loadUnaligned(as: UInt32.self)
        && loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
          == other.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
    }
    for offset in 0..<count
    where load(fromByteOffset: offset, as: UInt8.self) != other.load(fromByteOffset: offset, as: UInt8.self) {
      return false
    }
    return true
  }

  /// Not 0 where any of the 64 bytes at `offset` differ.
  @inline(__always)
  private func differ(from other: UnsafeRawPointer, at offset: Int) -> UInt64 {
    var all = SIMD2<UInt64>.zero
    for part in 0..<4 {
      all |=
        loadUnaligned(fromByteOffset: offset &+ part &* 16, as: SIMD2<UInt64>.self)
        ^ other.loadUnaligned(fromByteOffset: offset &+ part &* 16, as: SIMD2<UInt64>.self)
    }
    return all[0] | all[1]
  }

  /// The bits in which the words at `offset` differ.
  @inline(__always)
  private func differences(from other: UnsafeRawPointer, at offset: Int) -> UInt64 {
    loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether both hold the same bytes.
  @inline(__always)
  func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let left = baseAddress, let right = other.baseAddress else { return true }
    return left.isSame(as: right, count: count)
  }

  /// Where `text`, which is not empty, begins from `start` on; nil where it does not occur there.
  func place(of text: String.UTF8View, from start: Int = 0) -> Int? {
    let text = Array(text)
    return text.withUnsafeBytes { text in
      guard let first = text.first, start >= 0, count - start >= text.count else { return nil }
      for place in start...(count - text.count)
      where self[place] == first && UnsafeRawBufferPointer(rebasing: self[place..<place + text.count]).isSame(as: text)
      {
        return place
      }
      return nil
    }
  }
}
