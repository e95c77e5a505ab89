/// Builds a `Value`. Places may be written to in any order.
final class ValueSink: EncodingSink {
  private struct Node {
    enum Kind {
      case nothing, scalar, array, hash
    }

    var kind = Kind.nothing
    var scalar = Value.undef
    var elements: [UInt32] = []
    let parent: UInt32
    let key: String
    let depth: Int
  }

  /// The deepest nesting that is built.
  private static let depthLimit = 1000

  private var nodes: [Node] = [Node(parent: 0, key: "", depth: 0)]
  private var failure: IKCError?

  /// Where the value itself goes.
  var root: Place { Place(index: 0, serial: 0, kind: .item) }

  /// What was built.
  func finish() throws -> Value {
    if let failure { throw failure }
    return value(0)
  }

  private func value(_ index: UInt32) -> Value {
    let node = nodes[Int(index)]
    switch node.kind {
    case .nothing: return .hash([:])
    case .scalar: return node.scalar
    case .array: return .array(node.elements.map(value))
    case .hash: return .hash(Value.Hash(node.elements.map { (Value.Hash.Key(nodes[Int($0)].key), value($0)) }))
    }
  }

  override func putUndef(at place: Place, key: String) throws { try put(Value.undef, at: place, key: key) }
  override func put(_ flag: Bool, at place: Place, key: String) throws { try put(.bool(flag), at: place, key: key) }
  override func put(_ number: Int64, at place: Place, key: String) throws { try put(.int(number), at: place, key: key) }

  override func put(_ number: UInt64, at place: Place, key: String) throws {
    try put(Int64(exactly: number).map { .int($0) } ?? .uint(number), at: place, key: key)
  }

  override func put(_ number: Double, at place: Place, key: String) throws {
    try put(.double(number), at: place, key: key)
  }

  override func put(_ text: String, at place: Place, key: String) throws {
    try put(.string(text), at: place, key: key)
  }

  override func put(octets: UnsafeRawBufferPointer, at place: Place, key: String) throws {
    try put(.bytes(ByteString(octets)), at: place, key: key)
  }

  override func put(_ value: Value, at place: Place, key: String) throws {
    if let failure { throw failure }
    let item = place.kind == .item ? place : item(in: place, key: key)
    nodes[Int(item.index)].scalar = value
    nodes[Int(item.index)].kind = .scalar
  }

  override func open(_ kind: Place.Kind, at place: Place) -> Place {
    guard failure == nil, place.kind == .item else { return Self.nowhere }
    switch (nodes[Int(place.index)].kind, kind) {
    case (.nothing, .array): nodes[Int(place.index)].kind = .array
    case (.nothing, .hash): nodes[Int(place.index)].kind = .hash
    case (.array, .array), (.hash, .hash): break
    default:
      fail("it encodes itself in two ways at once", at: place)
      return Self.nowhere
    }
    if nodes[Int(place.index)].depth >= Self.depthLimit {
      fail("nested deeper than \(Self.depthLimit) levels", at: Self.nowhere)
      return Self.nowhere
    }
    return Place(index: place.index, serial: 0, kind: kind)
  }

  override func item(in place: Place, key: String) -> Place {
    guard failure == nil, place.kind != .none else { return Self.nowhere }
    let container = Int(place.index)
    let child = UInt32(nodes.count)
    nodes.append(Node(parent: place.index, key: key, depth: nodes[container].depth + 1))
    nodes[container].elements.append(child)
    return Place(index: child, serial: 0, kind: .item)
  }

  override func endItem(in place: Place) throws {
    if let failure { throw failure }
  }

  override func count(_ place: Place) -> Int {
    place.kind == .array ? nodes[Int(place.index)].elements.count : 0
  }

  override func codingPath(_ place: Place) -> [any CodingKey] {
    guard place.kind != .none else { return [] }
    var keys: [any CodingKey] = []
    var index = Int(place.index)
    while index != 0 {
      let node = nodes[index]
      let parent = nodes[Int(node.parent)]
      if parent.kind == .array {
        keys.append(PathKey(index: parent.elements.firstIndex(of: UInt32(index)) ?? 0))
      } else {
        keys.append(PathKey(stringValue: node.key))
      }
      index = Int(node.parent)
    }
    return keys.reversed()
  }

  private func fail(_ problem: String, at place: Place) {
    failure = IKCError(.cannotEncode, "\(CodingPath.text("value", codingPath(place))): \(problem)")
  }
}
