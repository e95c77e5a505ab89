/// Perl's POE::Component::IKC::Freezer: the text of Data::Dumper.
///
/// Perl reads this format by running it as a program. Here it is data: the grammar takes what Data::Dumper
/// 2.184 writes for data, and everything else (code, calls, statements, interpolated variables, code inside
/// of regular expressions) is refused with `cannotDecode`. What Data::Dumper writes is read, and what is read
/// is written, in the very same bytes where hashes have the same order.
///
/// Fractions, and integers of more than ten characters, become strings. Text keeps its characters, and stays
/// text. What occurs more than once is read once and
/// shared, and written as often as it occurs; a cycle can't be a `Value`, `ValueGraph` holds it.
///
/// Refused besides: nesting deeper than 512, tied variables and hooks (whose content only their class knows),
/// globs, and regular expressions that can't be written without being code.
public struct FreezerSerializer: Serializer {
  /// The bytes that an encoded value may take by default: 100 MiB.
  public static let defaultMaximumSize = TextLimits.defaultMaximumSize

  /// How many bytes an encoded value may take; more is an error. It bounds the time as well that a value
  /// takes that holds the same parts again and again.
  public var maximumSize: Int

  /// A serializer with that limit.
  public init(maximumSize: Int = Self.defaultMaximumSize) { self.maximumSize = maximumSize }

  /// The name in FREEZER lines.
  public var package: String { "POE::Component::IKC::Freezer" }

  /// The value as `freeze` writes it. Throws `cannotEncode` where the format has no form for it, and where it
  /// is too deep or too large.
  public func encode(_ value: Value) throws(IKCError) -> [UInt8] {
    let graph = try ValueGraph(variable: value, maximumSize: maximumSize)
    return try FreezerWriter.write(variable: graph.root, of: graph, maximumSize: maximumSize)
  }

  /// The value of the text. Throws `cannotDecode` on anything that `freeze` would not write, and on a cycle.
  public func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value {
    try FreezerReader.read(bytes).variable()
  }
}

extension ValueGraph {
  /// The graph of a text of POE::Component::IKC::Freezer. Throws `cannotDecode` on what `FreezerSerializer`
  /// refuses, cycles apart, and where the value is no reference.
  public init(freezer text: UnsafeRawBufferPointer) throws(IKCError) {
    guard let graph = try FreezerReader.read(text).withoutVariable() else {
      throw IKCError(.cannotDecode, "Freezer text holds no reference")
    }
    self = graph
  }

  /// The graph as text of POE::Component::IKC::Freezer: what is referred to more than once is written once.
  /// Throws `cannotEncode` as `FreezerSerializer` does.
  public func freezer(maximumSize: Int = FreezerSerializer.defaultMaximumSize) throws(IKCError) -> [UInt8] {
    try FreezerWriter.write(referenceTo: root, of: self, maximumSize: maximumSize)
  }
}

extension IKCError {
  /// A value that has no form in Freezer's text.
  static func undumpable(_ problem: String) -> IKCError {
    IKCError(.cannotEncode, "Freezer text can't hold \(problem)")
  }
}

/// What the reader and the writer of Freezer's text have in common.
enum FreezerText {
  /// The variable that a text sets.
  static let variable: StaticString = "$POE::Component::IKC::Freezer::VAR1"

  /// Whether the pattern holds something that Perl would run.
  static func holdsCode(_ pattern: UnsafeRawBufferPointer) -> Bool {
    let marks = ["(?{", "(??{", "(?p{", "(*{", "(**{"]
    for index in pattern.indices where pattern[index] == UInt8(ascii: "(") {
      let rest = pattern[index...].prefix(4)
      if marks.contains(where: { rest.starts(with: $0.utf8) }) { return true }
    }
    return false
  }

  /// Whether the text is a version as Perl writes them: `v1`, `v1.2`, `1.2.3`.
  static func isVersion(_ text: UnsafeRawBufferPointer) -> Bool {
    let hasMark = text.first == UInt8(ascii: "v")
    let parts = text.dropFirst(hasMark ? 1 : 0).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count >= (hasMark ? 1 : 3)
      && parts.allSatisfy { !$0.isEmpty && $0.count <= 18 && $0.allSatisfy { $0 &- 0x30 < 10 } }
  }
}
