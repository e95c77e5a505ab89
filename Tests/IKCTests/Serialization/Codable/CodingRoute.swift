import Testing

@testable import IKC

/// The two ways between Swift types and Perl values. Both have to behave alike.
enum CodingRoute: String, CaseIterable, CustomTestStringConvertible {
  /// Straight to and from the bytes of a Storable item.
  case storable
  /// By way of `Value`.
  case value

  var testDescription: String { rawValue }

  /// Encodes, and gives what another kernel would make of the bytes.
  func encode<T: Encodable>(_ value: T, context: StorableContext = StorableContext()) throws -> Value {
    switch self {
    case .storable:
      var writer = ByteWriter()
      try writer.writeStorable(encoding: value, in: context)
      return try Self.read(writer.bytes, order: context.order)
    case .value:
      return try ValueEncoder().encode(value).asWritten
    }
  }

  /// Decodes from a value that a peer sent.
  func decode<T: Decodable>(_ type: T.Type, from value: Value) throws -> T {
    switch self {
    case .storable:
      var writer = ByteWriter()
      var encoder = StorableEncoder(writer: writer, firstTag: Self.firstTag)
      try encoder.writeItem(value, to: &writer)
      return try Self.decode(type, item: Array(writer.bytes))
    case .value:
      return try ValueDecoder(root: "params").decode(type, from: value)
    }
  }

  /// Decodes from an image that Perl wrote.
  func decode<T: Decodable>(_ type: T.Type, image: [UInt8]) throws -> T {
    try image.withUnsafeBytes { image throws in
      let (order, offset) = try StorableOrder.read(image)
      switch self {
      case .storable:
        var decoding = StorableDecoding(image: image, order: order)
        return try decoding.decode(type, at: offset, firstTag: 0)
      case .value:
        var reader = StorableReader(image: image, at: offset, firstTag: 0, order: order)
        return try ValueDecoder(root: "params").decode(type, from: try reader.readItem())
      }
    }
  }

  /// There and back again.
  func roundTrip<T: Codable>(_ value: T) throws -> T {
    switch self {
    case .storable:
      var writer = ByteWriter()
      try writer.writeStorable(encoding: value, in: StorableContext(firstTag: Self.firstTag))
      return try Self.decode(T.self, item: Array(writer.bytes))
    case .value:
      return try ValueDecoder().decode(T.self, from: try ValueEncoder().encode(value))
    }
  }

  /// As if other items came before.
  private static let firstTag: UInt32 = 7

  static func decode<T: Decodable>(
    _ type: T.Type, item: [UInt8], order: StorableOrder = .network
  ) throws -> T {
    // Something before and behind, as in a message.
    let image = [0xFF, 0xFF, 0xFF] + item + [0xFF, 0xFF]
    return try image.withUnsafeBytes { image throws in
      var decoding = StorableDecoding(image: image, order: order)
      return try decoding.decode(type, at: 3, firstTag: Int(Self.firstTag))
    }
  }

  private static func read(_ item: UnsafeRawBufferPointer, order: StorableOrder) throws -> Value {
    var reader = StorableReader(image: item, at: 0, firstTag: 0, order: order)
    let value = try reader.readItem()
    guard reader.offset == item.count else { throw IKCError(.cannotEncode, "bytes are left behind the item") }
    return value
  }
}

extension Value {
  /// What Storable makes of the value: it has no booleans, plain ASCII has no flag, fractions are text.
  var asWritten: Value {
    get throws {
      var writer = ByteWriter()
      var encoder = StorableEncoder(writer: writer)
      try encoder.writeItem(self, to: &writer)
      var reader = StorableReader(image: writer.bytes, at: 0, firstTag: 0, order: .network)
      return try reader.readItem()
    }
  }
}
