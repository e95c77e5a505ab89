/// Makes any `Decodable` of a `Value`.
///
/// Scalars are converted as Perl would, where nothing is lost by it: `"42"` to an integer, 42 to text, 3.0
/// to an integer, `"1.5"`, `"Inf"` and `"NaN"` to floating point numbers (which are rounded to what they
/// hold), 0, `"0"`, the empty string and undef to false. Anything else is an error that names the path:
/// `params.users[3].age: "abc" is no Int`.
///
/// Byte strings are read as text where they are valid UTF-8, else as Perl sees them: every byte the
/// character of that number. References are followed, classes ignored, undef is `nil`. Byte strings also
/// decode to `[UInt8]`, `Data` and `ByteString`, numbers of seconds since 1970 to `Date`, text to `URL`,
/// text and numbers to `Decimal`, and everything to `Value` as it is.
///
/// Types may be nested 512 deep, as deep as Perl's Storable writes.
public struct ValueDecoder: Sendable {
  /// What `Decodable` types find in their decoder's `userInfo`.
  public var userInfo: [CodingUserInfoKey: any Sendable]
  /// What the value itself is called where an error names a path.
  public var root: String
  /// How many elements are decoded at most, keys and values each counted. What a value holds more than once
  /// counts as often as the type asks for it, so that a small value from a peer can't become a giant one.
  /// The default is 16,777,216.
  public var maximumCount = 1 << 24

  /// A decoder.
  public init(root: String = "value", userInfo: [CodingUserInfoKey: any Sendable] = [:]) {
    self.root = root
    self.userInfo = userInfo
  }

  /// The `type` that `value` holds.
  ///
  /// - Throws: `cannotDecode`, with the path to what is missing or of another type.
  public func decode<T: Decodable>(_ type: T.Type, from value: Value) throws(IKCError) -> T {
    let session = DecodingSession(value, maximumCount: maximumCount, root: root, userInfo: userInfo)
    defer { session.finish() }
    do {
      return try session.decode(type, at: Tape.root, 0, Tape.none)
    } catch {
      throw .decoding(error, root: root)
    }
  }
}
