// Within a kernel every message is a Storable image. Those of other serializers keep the kinds of numbers and
// booleans, which Perl's own images do not: a format that has them gets them.
extension Serializer {
  /// The serializer's bytes for the message that an image holds.
  func message(ofImage image: UnsafeRawBufferPointer) throws(IKCError) -> [UInt8] {
    var reader = StorableReader(image: image, at: StorableOrder.network.header.count, firstTag: 0, order: .network)
    return try encode(try reader.readRoot())
  }

  /// The image of the message that the serializer's bytes hold.
  func image(ofMessage message: UnsafeRawBufferPointer) throws(IKCError) -> ByteWriter {
    let value = try decode(message)
    var writer = ByteWriter(capacity: message.count + message.count / 4 + 64)
    writer.keepsKinds = true
    writer.write(Self.imageHeader)
    var encoder = StorableEncoder(order: .network, writer: writer)
    try encoder.writeRoot(value, to: &writer)
    return writer
  }

  /// Network order; booleans came with minor version 12.
  private static var imageHeader: [UInt8] { [StorableOrder.network.header[0], 12] }
}
