/// Makes a `Value` of any `Encodable`.
///
/// Structs and dictionaries with text or integer keys become hashes, other sequences arrays; `nil` is
/// undef where it is encoded at all (synthesised code leaves optional properties that are nil out).
/// `[UInt8]`, `Data` and `ByteString` become byte strings, `Date` a number of seconds since 1970,
/// `URL` and `Decimal` text.
/// `Value` passes through as it is.
public struct ValueEncoder: Sendable {
  /// What the value is called in messages.
  static let root = "value"

  /// What `Encodable` types find in their encoder's `userInfo`.
  public var userInfo: [CodingUserInfoKey: any Sendable]

  /// An encoder.
  public init(userInfo: [CodingUserInfoKey: any Sendable] = [:]) { self.userInfo = userInfo }

  /// The value that `encodable` becomes.
  ///
  /// - Throws: `cannotEncode`, with the path to what can't be encoded.
  public func encode<T: Encodable>(_ encodable: T) throws(IKCError) -> Value {
    let sink = ValueSink(userInfo: userInfo)
    do {
      try sink.encode(encodable, at: sink.root, key: "")
      return try sink.finish()
    } catch {
      throw .encoding(error, root: Self.root)
    }
  }

  /// The values that each of some encodable arguments becomes.
  static func list<each P: Encodable>(_ arguments: repeat each P) throws(IKCError) -> [Value] {
    var values: [Value] = []
    for argument in repeat each arguments { values.append(try ValueEncoder().encode(argument)) }
    return values
  }
}
