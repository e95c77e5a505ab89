/// Turns values to bytes and back, under the package name that kernels negotiate.
///
/// An application's own serializer implements the two `Value` methods and gets the Codable ones from
/// them. Kernels that list it in `Configuration.serializers` propose its package and accept it where a peer
/// proposes it; both sides need it. Methods are called on any thread; a serializer has no state that calls
/// change.
///
/// What a kernel encodes is a whole message: a hash with the keys `event`, `params` and so on. Numbers and
/// booleans are what the Swift side gave, except that whole doubles below 2^53 are integers and integers above
/// `Int64.max` text, as in Perl's Storable; plain ASCII text comes as `.bytes`, other text as `.string`. A format
/// without a form for some value throws `cannotEncode`, and the `post` or `call` that it was for fails with that.
/// Whatever `decode` returns, only a hash is a message.
///
/// ```swift
/// struct CBORSerializer: Serializer {
///   let package = "CBOR"
///   func encode(_ value: Value) throws(IKCError) -> [UInt8] { … }
///   func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value { … }
/// }
/// configuration.serializers = [CBORSerializer(), StorableSerializer()]
/// ```
public protocol Serializer: Sendable {
  /// The Perl package that does the same, as written in FREEZER lines: `Storable`. Letters, digits, `_`,
  /// `:` and `-` only; a Perl peer takes it for a module with `freeze` and `thaw`.
  var package: String { get }

  /// The value's bytes. Throws `cannotEncode` where the format has no form for it.
  func encode(_ value: Value) throws(IKCError) -> [UInt8]

  /// The value that `bytes` hold. Throws `cannotDecode` on anything else, whatever the bytes are:
  /// they come from a peer.
  func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value

  /// The bytes of any encodable value. By default those of the `Value` that `ValueEncoder` makes of it.
  func encode<T: Encodable>(_ value: T) throws(IKCError) -> [UInt8]

  /// What `bytes` hold as the type that is asked for. By default by way of a `Value` and `ValueDecoder`.
  func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws(IKCError) -> T
}

extension Serializer {
  /// The bytes of any encodable value. Throws `cannotEncode`, naming the key path where a type is the reason.
  public func encode<T: Encodable>(_ value: T) throws(IKCError) -> [UInt8] {
    let value: Value = try ValueEncoder().encode(value)
    return try encode(value)
  }

  /// What `bytes` hold as the type that is asked for. Throws `cannotDecode`, naming the key path, where they hold
  /// no such type. Shared parts may unfold to a million elements, and sixteen more for each byte.
  public func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws(IKCError) -> T {
    var decoder = ValueDecoder()
    decoder.maximumCount = (1 << 20) + 16 * bytes.count
    return try decoder.decode(type, from: decode(bytes))
  }
}
