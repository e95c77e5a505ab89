/// The decoder of one node. Small enough to lie inside an existential: handing it out allocates nothing.
struct TapeDecoder: Decoder {
  let session: DecodingSession
  let index: UInt32
  let depth: UInt32

  init(_ session: DecodingSession, _ index: UInt32, _ depth: UInt32) {
    self.session = session
    self.index = index
    self.depth = depth
  }

  var codingPath: [any CodingKey] { session.codingPath(depth) }
  var userInfo: [CodingUserInfoKey: Any] { session.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try TapeKeyedContainer<Key>(session, index, depth))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try TapeUnkeyedContainer(session, index, depth)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension TapeDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { session.isUndef(index) }

  func decode(_ type: Bool.Type) throws -> Bool { try required(session.bool(index)) }
  func decode(_ type: String.Type) throws -> String { try required(session.string(index)) }
  func decode(_ type: Double.Type) throws -> Double { try required(session.double(index)) }
  func decode(_ type: Float.Type) throws -> Float { try required(session.float(index)) }
  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try session.decode(type, at: index, depth, Tape.none)
  }

  @inline(__always)
  private func integer<T: FixedWidthInteger>() throws -> T { try required(session.integer(index, as: T.self)) }

  @inline(__always)
  private func required<T>(_ value: T?) throws -> T {
    guard let value else { throw session.mismatch(index, T.self, depth) }
    return value
  }
}
