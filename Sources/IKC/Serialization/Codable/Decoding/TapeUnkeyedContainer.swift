/// The elements of an array, one after the other. Small enough to lie inside an existential.
struct TapeUnkeyedContainer: UnkeyedDecodingContainer {
  private let session: DecodingSession
  private let array: UInt32
  private let depth: UInt32
  private var element: UInt32
  private var position: UInt32 = 0

  /// The array that the node `index` is.
  init(_ session: DecodingSession, _ index: UInt32, _ depth: UInt32) throws {
    guard let array = try session.container(.array, at: index) else {
      throw session.mismatch(index, [any Decodable].self, depth, name: "array")
    }
    self.session = session
    self.array = array
    self.depth = depth
    element = array &+ 1
  }

  var codingPath: [any CodingKey] { session.codingPath(depth) }
  var count: Int? { Int(session.node(array).second) }
  var currentIndex: Int { Int(position) }
  var isAtEnd: Bool { position == session.node(array).second }

  mutating func decodeNil() throws -> Bool {
    try check((any Decodable).self)
    guard session.isUndef(element) else { return false }
    advance()
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try scalar { $0.bool($1) } }
  mutating func decode(_ type: String.Type) throws -> String { try scalar { $0.string($1) } }
  mutating func decode(_ type: Double.Type) throws -> Double { try scalar { $0.double($1) } }
  mutating func decode(_ type: Float.Type) throws -> Float { try scalar { $0.float($1) } }
  mutating func decode(_ type: Int.Type) throws -> Int { try integer() }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try check(type)
    let value = try session.decode(type, at: element, depth, step)
    advance()
    return value
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    let container = try decoder(type).container(keyedBy: type)
    advance()
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try decoder([any Decodable].self).unkeyedContainer()
    advance()
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = try decoder((any Decoder).self)
    advance()
    return decoder
  }

  private func decoder(_ type: any Any.Type) throws -> TapeDecoder {
    try check(type)
    return TapeDecoder(session, element, try session.enter(depth, by: step))
  }

  private var step: UInt32 { DecodingSession.step(index: position) }

  @inline(__always)
  private mutating func advance() {
    element = session.node(element).next
    position &+= 1
  }

  @inline(__always)
  private func check(_ type: any Any.Type) throws {
    if isAtEnd { throw exhausted(type) }
  }

  @inline(never)
  private func exhausted(_ type: any Any.Type) -> DecodingError {
    let path = codingPath + [PathKey(index: Int(position))]
    return .valueNotFound(
      type, .init(codingPath: path, debugDescription: "the array ends before this element"))
  }

  @inline(__always)
  private mutating func integer<T: FixedWidthInteger>() throws -> T {
    try scalar { $0.integer($1, as: T.self) }
  }

  @inline(__always)
  private mutating func scalar<T>(_ convert: (DecodingSession, UInt32) -> T?) throws -> T {
    try check(T.self)
    guard let value = convert(session, element) else { throw session.mismatch(element, T.self, depth, step) }
    advance()
    return value
  }
}
