/// Which of Perl's two functions wrote an image: `nfreeze`, the same on every machine, or `freeze`.
enum StorableOrder: Sendable {
  /// Lengths most significant byte first, large numbers as text.
  case network
  /// As on a 64 bit little-endian machine.
  case native

  /// Major version 2, and the minor version that Perl 5.36 writes.
  private static let networkHeader: [UInt8] = [2 << 1 | 1, 11]
  /// The order of an integer's bytes, the sizes of int, long, pointer and double.
  private static let nativeHeader: [UInt8] = [2 << 1, 11, 8] + Array("12345678".utf8) + [4, 8, 8, 8]

  /// What an image begins with.
  var header: [UInt8] { self == .network ? Self.networkHeader : Self.nativeHeader }

  /// Reads the header of `image`.
  ///
  /// - Returns: the order, and the offset of the root item.
  static func read(_ image: UnsafeRawBufferPointer) throws(IKCError) -> (order: StorableOrder, offset: Int) {
    guard image.count >= 2 else { throw .storable("is too short for a header") }
    guard image[0] >> 1 == 2 else { throw .storable("has major version \(image[0] >> 1) instead of 2") }
    if image[0] & 1 == 1 { return (.network, 2) }
    let expected = Self.nativeHeader.dropFirst(2)
    guard image.count - 2 >= expected.count else { throw .storable("is too short for a native header") }
    guard image[2..<(2 + expected.count)].elementsEqual(expected) else {
      throw .storable("comes from a machine of another byte order or word size")
    }
    return (.native, 2 + expected.count)
  }
}

extension IKCError {
  /// A Storable image that can't be read, at the offset where that turned out.
  @inline(never)
  static func storable(_ problem: String, at offset: Int? = nil) -> IKCError {
    IKCError(.cannotDecode, "Storable image \(problem)" + (offset.map { " (byte \($0))" } ?? ""))
  }

  /// A value that can't be written as Storable.
  @inline(never)
  static func unstorable(_ problem: String) -> IKCError {
    IKCError(.cannotEncode, "Storable can't hold \(problem)")
  }
}
