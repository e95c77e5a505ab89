/// The elements of a hash by their keys.
struct TapeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let session: DecodingSession
  private let hash: UInt32
  private let depth: UInt32

  /// The hash that the node `index` is.
  init(_ session: DecodingSession, _ index: UInt32, _ depth: UInt32) throws {
    guard let hash = try session.container(.hash, at: index) else {
      throw session.mismatch(index, [String: any Decodable].self, depth, name: "hash")
    }
    self.session = session
    self.hash = hash
    self.depth = depth
  }

  var codingPath: [any CodingKey] { session.codingPath(depth) }

  var allKeys: [Key] {
    var keys: [Key] = []
    keys.reserveCapacity(Int(session.node(hash).second))
    session.forEachKey(of: hash) { index in
      if let key = Key(stringValue: session.keyText(index)) { keys.append(key) }
    }
    return keys
  }

  func contains(_ key: Key) -> Bool { session.find(key.stringValue, in: hash) != Tape.none }

  func decodeNil(forKey key: Key) throws -> Bool { session.isUndef(try step(key) &+ 1) }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try scalar(key) { session.bool($0) } }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try scalar(key) { session.string($0) } }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try scalar(key) { session.double($0) } }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try scalar(key) { session.float($0) } }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(key) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(key) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(key) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(key) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(key) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(key) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(key) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(key) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(key) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(key) }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    let step = try step(key)
    return try session.decode(type, at: step &+ 1, depth, step)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try decoder(at: step(key)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(at: step(key)).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try superDecoder(named: PathKey.parent.stringValue) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(named: key.stringValue) }

  /// A missing element is undef to a superclass, which may have nothing to ask for.
  private func superDecoder(named name: String) throws -> any Decoder {
    let step = session.find(name, in: hash)
    if step != Tape.none { return try decoder(at: step) }
    return TapeDecoder(session, Tape.none, try session.enter(depth, by: Tape.none))
  }

  private func decoder(at step: UInt32) throws -> TapeDecoder {
    TapeDecoder(session, step &+ 1, try session.enter(depth, by: step))
  }

  /// The node of the key, behind which its value's lies.
  @inline(__always)
  private func step(_ key: Key) throws -> UInt32 {
    let step = session.find(key.stringValue, in: hash)
    if step == Tape.none { throw missing(key) }
    return step
  }

  @inline(never)
  private func missing(_ key: Key) -> DecodingError {
    .keyNotFound(
      key, .init(codingPath: codingPath, debugDescription: "there is no key \"\(key.stringValue)\""))
  }

  @inline(__always)
  private func integer<T: FixedWidthInteger>(_ key: Key) throws -> T {
    try scalar(key) { session.integer($0, as: T.self) }
  }

  @inline(__always)
  private func scalar<T>(_ key: Key, _ convert: (UInt32) -> T?) throws -> T {
    let step = try step(key)
    guard let value = convert(step &+ 1) else { throw session.mismatch(step &+ 1, T.self, depth, step) }
    return value
  }
}

// One look-up instead of the three of the default implementations.
extension TapeKeyedContainer {
  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(key) { session.bool($0) } }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try optional(key) { session.string($0) }
  }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
    try optional(key) { session.double($0) }
  }
  func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try optional(key) { session.float($0) } }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optionalInteger(key) }
  func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try optionalInteger(key) }
  func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try optionalInteger(key) }
  func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try optionalInteger(key) }
  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optionalInteger(key) }
  func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try optionalInteger(key) }
  func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try optionalInteger(key) }
  func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try optionalInteger(key) }
  func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try optionalInteger(key) }
  func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try optionalInteger(key) }

  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    let step = session.find(key.stringValue, in: hash)
    if step == Tape.none || session.isUndef(step &+ 1) { return nil }
    return try session.decode(type, at: step &+ 1, depth, step)
  }

  @inline(__always)
  private func optionalInteger<T: FixedWidthInteger>(_ key: Key) throws -> T? {
    try optional(key) { session.integer($0, as: T.self) }
  }

  @inline(__always)
  private func optional<T>(_ key: Key, _ convert: (UInt32) -> T?) throws -> T? {
    let step = session.find(key.stringValue, in: hash)
    if step == Tape.none || session.isUndef(step &+ 1) { return nil }
    guard let value = convert(step &+ 1) else { throw session.mismatch(step &+ 1, T.self, depth, step) }
    return value
  }
}
