extension DecodingSession {
  /// The node as `type`: by the shortest way for the types that need no decoder, else by their own.
  ///
  /// - Parameters:
  ///   - depth: the level of the container that the node is in.
  ///   - step: the node's key or index there; none where the decoder of that level asks for itself.
  func decode<T: Decodable>(_ type: T.Type, at index: UInt32, _ depth: UInt32, _ step: UInt32) throws -> T {
    if T.self == String.self { return try cast(string(index), type, index, depth, step) }
    if T.self == Int.self { return try cast(integer(index, as: Int.self), type, index, depth, step) }
    if T.self == Double.self { return try cast(double(index), type, index, depth, step) }
    if T.self == Bool.self { return try cast(bool(index), type, index, depth, step) }
    if T.self == Value.self { return try cast(value(index), type, index, depth, step) }
    if T.self == ByteString.self { return try cast(byteString(index), type, index, depth, step) }
    let below = step == Tape.none ? depth : try enter(depth, by: step)
    if T.self == [String].self { return try cast(array(index, below) { string($0) }, type, index, depth, step) }
    if T.self == [Int].self {
      return try cast(array(index, below) { integer($0, as: Int.self) }, type, index, depth, step)
    }
    if T.self == [Double].self { return try cast(array(index, below) { double($0) }, type, index, depth, step) }
    if T.self == [UInt8].self { return try cast(octetArray(index, below), type, index, depth, step) }
    if FoundationBridging.bridges(type) { return try FoundationBridging.decode(type, self, index, depth, step) }
    return try T(from: TapeDecoder(self, index, below))
  }

  /// `value` as the type that it is known to have; an error where it is nil.
  @inline(__always)
  func cast<Source, T>(
    _ value: Source?, _ type: T.Type, _ index: UInt32, _ depth: UInt32, _ step: UInt32
  ) throws -> T {
    guard let value else { throw mismatch(index, type, depth, step) }
    return unsafeBitCast(value, to: type)
  }

  /// The elements of an array; nil where the node is none.
  @inline(__always)
  private func array<Element>(
    _ index: UInt32, _ depth: UInt32, _ element: (UInt32) -> Element?
  ) throws -> [Element]? {
    guard let container = try container(.array, at: index) else { return nil }
    let node = node(container)
    var elements: [Element] = []
    elements.reserveCapacity(Int(node.second))
    var next = container &+ 1
    for position in 0..<node.second {
      guard let value = element(next) else {
        throw mismatch(next, Element.self, depth, Self.step(index: position))
      }
      elements.append(value)
      next = self.node(next).next
    }
    return elements
  }

  /// The octets of a string, or of an array of numbers.
  private func octetArray(_ index: UInt32, _ depth: UInt32) throws -> [UInt8]? {
    if let octets = withScalar(index, { scalar in scalar.octets.map { [UInt8]($0) } }) { return octets }
    return try array(index, depth) { integer($0, as: UInt8.self) }
  }
}
