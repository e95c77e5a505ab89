extension ValueGraph {
  /// The graph of a Storable image. Throws `cannotDecode` on what `StorableSerializer` refuses, cycles apart.
  public init(storable image: UnsafeRawBufferPointer) throws(IKCError) { self = try GraphReader.read(image) }

  /// The graph as a Storable image, like `nfreeze`, or like `freeze` on a 64 bit little-endian machine.
  /// Throws `cannotEncode` where it is nested deeper than Perl's own Storable writes.
  public func storable(usesNativeOrder: Bool = false) throws(IKCError) -> [UInt8] {
    try GraphWriter.write(self, order: usesNativeOrder ? .native : .network)
  }

  /// The graph that tagged JSON describes. Throws `cannotDecode` on anything else, and on code and file
  /// handles.
  public init(taggedJSON bytes: UnsafeRawBufferPointer) throws(IKCError) { self = try TaggedJSONReader.read(bytes) }

  /// The graph as tagged JSON, on one line: every scalar an object with its type in `t`, hashes sorted
  /// by key. Throws `cannotEncode` where it would have more than `maximumSize` bytes.
  ///
  /// It needs stack in proportion to the nesting: up to 1 MiB at 1,000 levels.
  public func taggedJSON(maximumSize: Int = StorableSerializer.defaultMaximumSize) throws(IKCError) -> [UInt8] {
    try TaggedJSONWriter.write(self, maximumSize: maximumSize)
  }
}
