/// Where the encoders of one call write to: all of them and their containers share it.
///
/// A class to be overridden, not a protocol to be generic over: container conformances are compiled once
/// for all type parameters, so that a generic sink would be called through tables anyway.
class EncodingSink {
  /// Where an encoder or container writes.
  struct Place {
    enum Kind: UInt8 {
      /// One item.
      case item
      /// The end of an array.
      case array
      /// A new element of a hash.
      case hash
      /// Nowhere: opening it failed.
      case none
    }

    let index: UInt32
    let serial: UInt32
    let kind: Kind
  }

  let userInfo: [CodingUserInfoKey: any Sendable]

  init(userInfo: [CodingUserInfoKey: any Sendable]) { self.userInfo = userInfo }

  // The key counts only where the place is a hash.
  func putUndef(at place: Place, key: String) throws { throw Self.abstract }
  func put(_ flag: Bool, at place: Place, key: String) throws { throw Self.abstract }
  func put(_ number: Int64, at place: Place, key: String) throws { throw Self.abstract }
  func put(_ number: UInt64, at place: Place, key: String) throws { throw Self.abstract }
  func put(_ number: Double, at place: Place, key: String) throws { throw Self.abstract }
  func put(_ text: String, at place: Place, key: String) throws { throw Self.abstract }
  func put(octets: UnsafeRawBufferPointer, at place: Place, key: String) throws { throw Self.abstract }
  func put(_ value: Value, at place: Place, key: String) throws { throw Self.abstract }

  /// Begins an array or hash as the item at `place`, or goes on with the one that was begun there.
  func open(_ kind: Place.Kind, at place: Place) -> Place { Self.nowhere }

  /// Makes room for an item in a container.
  func item(in place: Place, key: String) -> Place { Self.nowhere }

  /// Ends the item that was made room for last in a container; one that nothing was written to becomes
  /// an empty hash.
  func endItem(in place: Place) throws {}

  /// How many elements an array has so far.
  func count(_ place: Place) -> Int { 0 }

  /// The path to a place.
  func codingPath(_ place: Place) -> [any CodingKey] { [] }

  static let nowhere = Place(index: .max, serial: .max, kind: .none)

  private static var abstract: IKCError { IKCError(.cannotEncode, "no sink takes this value") }
}

extension EncodingSink {
  /// Writes a value of any type: those that need no encoder by the shortest way, others by their own.
  func encode<T: Encodable>(_ value: T, at place: Place, key: String) throws {
    if T.self == String.self { return try put(unsafeBitCast(value, to: String.self), at: place, key: key) }
    if T.self == Int.self { return try put(Int64(unsafeBitCast(value, to: Int.self)), at: place, key: key) }
    if T.self == Double.self { return try put(unsafeBitCast(value, to: Double.self), at: place, key: key) }
    if T.self == Bool.self { return try put(unsafeBitCast(value, to: Bool.self), at: place, key: key) }
    if T.self == Value.self { return try put(unsafeBitCast(value, to: Value.self), at: place, key: key) }
    if T.self == ByteString.self {
      return try unsafeBitCast(value, to: ByteString.self).withUnsafeBytes { octets throws in
        try put(octets: octets, at: place, key: key)
      }
    }
    if T.self == [UInt8].self {
      return try unsafeBitCast(value, to: [UInt8].self).withUnsafeBytes { octets throws in
        try put(octets: octets, at: place, key: key)
      }
    }
    if T.self == [String].self {
      return try putArray(unsafeBitCast(value, to: [String].self), at: place, key) { try put($0, at: $1, key: "") }
    }
    if T.self == [Int].self {
      return try putArray(unsafeBitCast(value, to: [Int].self), at: place, key) {
        try put(Int64($0), at: $1, key: "")
      }
    }
    if T.self == [Double].self {
      return try putArray(unsafeBitCast(value, to: [Double].self), at: place, key) { try put($0, at: $1, key: "") }
    }
    if FoundationBridging.bridges(T.self) { return try FoundationBridging.encode(value, self, place, key) }
    if place.kind == .item { return try value.encode(to: SinkEncoder(self, place)) }
    try value.encode(to: SinkEncoder(self, try beginItem(in: place, key)))
    try endItem(in: place)
  }

  /// As `item`; throws where there can be none, so that a value which contains itself ends here.
  @inline(__always)
  private func beginItem(in place: Place, _ key: String) throws -> Place {
    let item = item(in: place, key: key)
    if item.kind == .none { try endItem(in: place) }
    return item
  }

  @inline(__always)
  private func putArray<Element>(
    _ elements: [Element], at place: Place, _ key: String, _ put: (Element, Place) throws -> Void
  ) throws {
    let array = open(.array, at: place.kind == .item ? place : try beginItem(in: place, key))
    for element in elements { try put(element, array) }
    if place.kind != .item { try endItem(in: place) }
  }
}
