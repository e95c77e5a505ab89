/// Turns values to bytes and back, under the package name that kernels negotiate.
///
/// An application's own serializer implements the two `Value` methods and gets the Codable ones from
/// them. Methods are called on any thread; a serializer has no state that calls change.
public protocol Serializer: Sendable {
  /// The Perl package that does the same, as written in FREEZER lines: `Storable`.
  var package: String { get }

  /// The value's bytes. Throws `cannotEncode` where the format has no form for it.
  func encode(_ value: Value) throws(IKCError) -> [UInt8]

  /// The value that `bytes` hold. Throws `cannotDecode` on anything else, whatever the bytes are:
  /// they come from a peer.
  func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value
}
