import CUV

/// Asks the processor for memory that will be needed soon, without waiting for it: with very many connections hardly any of it is
/// in the caches. What does not exist is not fetched.
enum Fetching {
  /// The first 128 bytes of an object.
  @inline(__always)
  static func object(_ object: Unmanaged<some AnyObject>) { ikc_fetch(object.toOpaque()) }

  /// The bytes of a text that is too long to stand in the string itself.
  @inline(__always)
  static func text(_ text: inout String) {
    // The second word has the place, below some flags. To ask the string itself would count a reference, in that very memory.
    let word = withUnsafeBytes(of: &text) { $0.load(fromByteOffset: MemoryLayout<UInt>.size, as: UInt.self) }
    ikc_fetch(UnsafeRawPointer(bitPattern: word & 0x00ff_ffff_ffff_ffff))
  }
}
