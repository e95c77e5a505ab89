/// Perl's FreezeThaw, a text format with lengths.
///
/// Reads what FreezeThaw 0.5001 writes, and writes what it reads, in the very same bytes. FreezeThaw knows
/// strings only: numbers and booleans become strings. Objects are their class and content; one that its class
/// has frozen as a string is a `Hook` of a scalar, which is written only where it has neither references nor a
/// tie. Nothing is run. A regular expression loses its class on the way, as in
/// Perl. What occurs more than once is read once and shared, and written as often as it occurs; a cycle
/// can't be a `Value`, `ValueGraph` holds it.
///
/// **Text.** Perl measures FreezeThaw's lengths in characters and sends octets, so that a text with the
/// UTF-8 flag and characters beyond ASCII ends the process that reads it. Such text, keys included, is
/// refused with `cannotEncode` here: send its UTF-8 as bytes, or agree on another serializer.
///
/// Refused besides: nesting deeper than 512, tied variables and other hooks (whose content only their class
/// knows), code and globs.
public struct FreezeThawSerializer: Serializer {
  /// The bytes that an encoded value may take by default: 100 MiB.
  public static let defaultMaximumSize = TextLimits.defaultMaximumSize

  /// How many bytes an encoded value may take; more is an error. It bounds the time as well that a value
  /// takes that holds the same parts again and again.
  public var maximumSize: Int

  /// A serializer with that limit.
  public init(maximumSize: Int = Self.defaultMaximumSize) { self.maximumSize = maximumSize }

  /// The name in FREEZER lines.
  public var package: String { "FreezeThaw" }

  /// The value as `freeze` writes it. Throws `cannotEncode` where FreezeThaw has no form for it that every
  /// Perl can read, and where it is too deep or too large.
  public func encode(_ value: Value) throws(IKCError) -> [UInt8] {
    let graph = try ValueGraph(variable: value, maximumSize: maximumSize)
    return try FreezeThawWriter.write(variable: graph.root, of: graph, maximumSize: maximumSize)
  }

  /// The one value of the text. Throws `cannotDecode` on anything that `freeze` would not write for one
  /// value, and on a cycle.
  public func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value {
    try FreezeThawReader.read(bytes).variable()
  }
}

extension ValueGraph {
  /// The graph of a FreezeThaw text. Throws `cannotDecode` on what `FreezeThawSerializer` refuses, cycles
  /// apart, and where the value is no reference.
  public init(freezeThaw text: UnsafeRawBufferPointer) throws(IKCError) {
    guard let graph = try FreezeThawReader.read(text).withoutVariable() else {
      throw IKCError(.cannotDecode, "FreezeThaw text holds no reference")
    }
    self = graph
  }

  /// The graph as FreezeThaw text, like `freeze`: what is referred to more than once is written once.
  /// Throws `cannotEncode` as `FreezeThawSerializer` does.
  public func freezeThaw(maximumSize: Int = FreezeThawSerializer.defaultMaximumSize) throws(IKCError) -> [UInt8] {
    try FreezeThawWriter.write(referenceTo: root, of: self, maximumSize: maximumSize)
  }
}

extension IKCError {
  /// A value that has no form in FreezeThaw.
  static func unthawable(_ problem: String) -> IKCError { IKCError(.cannotEncode, "FreezeThaw can't hold \(problem)") }
}
