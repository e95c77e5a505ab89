/// Perl's Storable: what IKC kernels speak unless they agree on something else.
///
/// Reads what `freeze` and `nfreeze` of a 64 bit Perl write, and writes what `thaw` reads. An image's
/// root is a reference, so a plain scalar can't be encoded by itself. What occurs more than once is
/// decoded once and shared, and encoded as often as it occurs. A cycle can't be a `Value`; `ValueGraph`
/// holds it.
///
/// Limits: arrays, hashes and references nested deeper than 1,000 are not read, and deeper than Perl's
/// own Storable would write (512, hashes 256) not written. Code is never read.
public struct StorableSerializer: Serializer {
  /// The bytes that an encoded value may take by default: 100 MiB.
  public static let defaultMaximumSize = 100 << 20

  /// Whether to write as `freeze` does on a 64 bit little-endian machine: numbers keep their type, but
  /// other machines can't read it.
  public var usesNativeOrder: Bool

  /// How many bytes an encoded value may take; more is an error. It bounds the time as well that a
  /// value takes that holds the same parts again and again.
  public var maximumSize: Int

  /// A serializer that writes like `nfreeze`, or like `freeze` where `usesNativeOrder` says so.
  public init(usesNativeOrder: Bool = false, maximumSize: Int = Self.defaultMaximumSize) {
    self.usesNativeOrder = usesNativeOrder
    self.maximumSize = maximumSize
  }

  /// The name in FREEZER lines.
  public var package: String { "Storable" }

  /// The value's image. Throws `cannotEncode` where it is no reference, too deep or too large.
  public func encode(_ value: Value) throws(IKCError) -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    let order: StorableOrder = usesNativeOrder ? .native : .network
    writer.writeStorableHeader(order)
    var encoder = StorableEncoder(order: order, writer: writer, maximumSize: maximumSize)
    try encoder.writeRoot(value, to: &writer)
    return [UInt8](writer.bytes)
  }

  /// The value of the image's root, as a reference to it. Bytes behind the root are ignored, as Perl
  /// does. Throws `cannotDecode` on anything that is no image or holds a cycle or code.
  public func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value {
    let header = try StorableHeader(bytes)
    var reader = StorableReader(image: bytes, at: header.size, firstTag: 0, order: header.order)
    reader.hasBooleans = header.hasBooleans
    return try reader.readRoot()
  }
}
