/// One plain Perl scalar on loan, to be converted to the type that is asked for.
///
/// Conversions do what Perl would do, except where that loses something: `"42"` is 42, but `"42 pigs"`,
/// the empty string and 3.5 are no integers.
enum PerlScalar {
  case undef
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  /// A byte string.
  case bytes(UnsafeRawBufferPointer)
  /// Flagged text: UTF-8, which need not be valid.
  case text(UnsafeRawBufferPointer)
  /// Something that is no plain scalar, by its name in messages.
  case other(StaticString)

  /// The scalar as an integer: integers, whole doubles, booleans as 1 and 0, and strings that are such
  /// a number; nil where the type does not hold it.
  @inline(__always)
  func integer<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? {
    switch self {
    case .int(let number): Integer(exactly: number)
    case .uint(let number): Integer(exactly: number)
    case .double(let number): Integer(exactly: number)
    case .bool(let flag): flag ? 1 : 0
    case .bytes(let text), .text(let text): Numeral(text)?.integer(as: type)
    case .undef, .other: nil
    }
  }

  /// The scalar as a floating point number, rounded where it has more digits than one holds.
  var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .double(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .bytes(let text), .text(let text): Numeral(text)?.double
    case .undef, .other: nil
    }
  }

  /// The scalar as a truth value: undef, 0, `"0"` and the empty string are false; other numbers, and
  /// strings that are such a number, are true. Perl takes every other string for true too, even `"no"`
  /// and `"0.0"`; such a string is no `Bool` here.
  var bool: Bool? {
    switch self {
    case .undef: return false
    case .bool(let flag): return flag
    case .int(let number): return number != 0
    case .uint(let number): return number != 0
    case .double(let number): return number != 0
    case .bytes(let text), .text(let text):
      if text.isEmpty || text.count == 1 && text[0] == UInt8(ascii: "0") { return false }
      guard let number = Numeral(text)?.double, number != 0 else { return nil }
      return true
    case .other: return nil
    }
  }

  /// The scalar as text: strings, and numbers and booleans as Perl prints them. Bytes are read as
  /// UTF-8 where they are valid UTF-8, else as Perl sees them: a character for each byte.
  var string: String? {
    switch self {
    case .bool(let flag): flag ? "1" : ""
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number): DecimalText(number).string
    case .bytes(let bytes): Text.string(bytes) ?? Text.latin1(bytes)
    case .text(let text): Text.string(text)
    case .undef, .other: nil
    }
  }

  /// The octets of a string, which for text are its UTF-8.
  var octets: UnsafeRawBufferPointer? {
    switch self {
    case .bytes(let octets), .text(let octets): octets
    default: nil
    }
  }
}

extension PerlScalar: CustomStringConvertible {
  /// The scalar as it is shown in messages: strings in quotes, long ones cut.
  var description: String {
    switch self {
    case .undef: return "undef"
    case .bool(let flag): return flag ? "true" : "false"
    case .bytes(let octets), .text(let octets):
      let shown = String(decoding: octets.prefix(40), as: UTF8.self).debugDescription
      return octets.count > 40 ? shown + "…" : shown
    case .other(let name): return name.description
    case .int, .uint, .double: return string ?? ""
    }
  }
}
