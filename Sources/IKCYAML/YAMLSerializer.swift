public import IKC

/// Perl's YAML.pm, the serializer `YAML` of IKC kernels, read through Yams.
///
/// Reads what YAML.pm 1.30 writes, and writes what it reads, mostly in the very same bytes. YAML.pm knows
/// strings only: numbers and booleans become strings, `undef` is `~`, and all text is read as bytes, which
/// for characters are their UTF-8. References keep being references (`!!perl/ref`), regular expressions too.
///
/// Objects are written with their class (`!!perl/hash:Class`). Like YAML.pm, which ignores the class unless
/// `$YAML::LoadBlessed` is set, the serializer reads them as plain arrays and hashes unless `keepsClasses`
/// says otherwise. Code and globs are never read. What occurs more than once is read once and shared, and
/// written as often as it occurs. Of several documents the last one counts, as for `thaw`.
///
/// Refused with `cannotEncode`: tied variables and hooks, whose content only their class knows, objects of
/// classes that a YAML tag can't name, and what is nested deeper than 512. Refused with `cannotDecode`,
/// though YAML.pm takes it: cycles, two equal keys in one hash, nesting beyond 512.
public struct YAMLSerializer: Serializer {
  /// The bytes that an encoded value may take by default: 100 MiB.
  public static let defaultMaximumSize = 100 << 20

  /// How deep arrays, hashes and references may be nested.
  static let maximumDepth = 512

  /// Whether objects keep their class when they are read, as with `$YAML::LoadBlessed`. They are data
  /// even so.
  public var keepsClasses: Bool

  /// How many bytes an encoded value may take; more is an error, both ways.
  public var maximumSize: Int

  /// A serializer that reads like YAML.pm without options.
  public init(keepsClasses: Bool = false, maximumSize: Int = Self.defaultMaximumSize) {
    self.keepsClasses = keepsClasses
    self.maximumSize = maximumSize
  }

  /// The name in FREEZER lines.
  public var package: String { "YAML" }

  /// The value as one document. Throws `cannotEncode` where YAML.pm has no form for it, and where it is too
  /// deep or too large.
  public func encode(_ value: Value) throws(IKCError) -> [UInt8] {
    var writer = DocumentWriter(maximumSize: maximumSize)
    try writer.write(document: value)
    return writer.bytes
  }

  /// The value of the last document, undef where there is none. Throws `cannotDecode` on anything that
  /// YAML.pm would not read.
  public func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value {
    guard bytes.count <= maximumSize else { throw .yaml("has more than \(maximumSize) bytes") }
    return try DocumentReader.read(Disguise(bytes), keepsClasses: keepsClasses)
  }
}

extension IKCError {
  /// YAML that can't be read.
  static func yaml(_ problem: String, line: Int? = nil) -> IKCError {
    IKCError(.cannotDecode, "YAML \(problem)" + (line.map { " (line \($0))" } ?? ""))
  }

  /// A value that can't be written as YAML.
  static func unwritable(_ problem: String) -> IKCError {
    IKCError(.cannotEncode, "YAML can't hold \(problem)")
  }
}
