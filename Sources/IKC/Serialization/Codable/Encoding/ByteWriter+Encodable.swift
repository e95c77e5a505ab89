extension ByteWriter {
  /// Writes any value as one Storable item, without building anything in between.
  ///
  /// Text that is plain ASCII becomes a byte string, other text a string with the UTF-8 flag; structs and
  /// dictionaries with text or integer keys become hashes, `nil` undef, `[UInt8]` and `Data` byte strings,
  /// `Date` seconds since 1970.
  ///
  /// - Parameters:
  ///   - value: what to write.
  ///   - context: where in its image the item stands.
  ///   - userInfo: what `Encodable` types find in their encoder's `userInfo`.
  /// - Throws: `cannotEncode`, and then nothing has been written.
  @inline(__always)
  mutating func writeStorable<T: Encodable>(
    encoding value: T, in context: StorableContext = StorableContext(),
    userInfo: @autoclosure () -> [CodingUserInfoKey: any Sendable] = [:]
  ) throws(IKCError) {
    if T.self == String.self { return try writeStorable(unsafeBitCast(value, to: String.self), order: context.order) }
    if T.self == Int.self { return writeStorable(Int64(unsafeBitCast(value, to: Int.self)), order: context.order) }
    if T.self == Double.self { return writeStorable(unsafeBitCast(value, to: Double.self), order: context.order) }
    if T.self == Bool.self { return writeStorable(unsafeBitCast(value, to: Bool.self)) }
    try writeStorable(item: value, context, userInfo())
  }

  @inline(never)
  private mutating func writeStorable<T: Encodable>(
    item value: T, _ context: StorableContext, _ userInfo: [CodingUserInfoKey: any Sendable]
  ) throws(IKCError) {
    let start = count
    do throws(IKCError) {
      if T.self == Value.self {
        return try write(unsafeBitCast(value, to: Value.self), context)
      }
      let sink = StorableSink(context, userInfo: userInfo)
      swap(&self, &sink.writer)
      defer { swap(&self, &sink.writer) }
      try sink.write(value)
      if !sink.needsTree { return }
      sink.writer.truncate(to: start)
      try sink.writer.write(try ValueEncoder(userInfo: userInfo).encode(value), context)
    } catch {
      truncate(to: start)
      throw error
    }
  }

  private mutating func write(_ value: Value, _ context: StorableContext) throws(IKCError) {
    var encoder = StorableEncoder(
      order: context.order, writer: self, firstTag: context.firstTag, firstClass: context.firstClass,
      depth: context.depth)
    if context.isRoot {
      try encoder.writeRoot(value, to: &self)
    } else {
      try encoder.writeItem(value, to: &self)
    }
  }
}
