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

  /// Reads the header of `image`: the order, and the offset of the root.
  static func read(_ image: UnsafeRawBufferPointer) throws(IKCError) -> (order: StorableOrder, offset: Int) {
    let header = try StorableHeader(image)
    return (header.order, header.size)
  }
}

/// What an image begins with.
struct StorableHeader {
  let order: StorableOrder
  /// How many bytes it takes: where the root begins.
  let size: Int
  /// Whether the image may hold booleans as such, which came with minor version 12.
  let hasBooleans: Bool

  /// Reads the header of `image`.
  init(_ image: UnsafeRawBufferPointer) throws(IKCError) {
    guard image.count >= 2 else { throw .storable("is too short for a header") }
    guard image[0] >> 1 == 2 else { throw .storable("has major version \(image[0] >> 1) instead of 2") }
    order = image[0] & 1 == 1 ? .network : .native
    hasBooleans = image[1] >= 12
    // Any minor version is read until an item comes that is not known.
    let expected = order.header.dropFirst(2)
    size = 2 + expected.count
    guard image.count >= size else { throw .storable("is too short for a native header") }
    guard image[2..<size].elementsEqual(expected) else {
      throw .storable("comes from a machine of another byte order or word size")
    }
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
