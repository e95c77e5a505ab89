extension Value {
  /// Whether this is `undef`.
  public var isUndef: Bool {
    if case .undef = self { true } else { false }
  }

  /// The scalar as text, as Perl would print it: strings (bytes where they are valid UTF-8) and numbers.
  public var text: String? {
    switch self {
    case .string(let text): text
    case .bytes(let bytes): bytes.text
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number): DecimalText(number).string
    case .bool(let flag): flag ? "1" : ""
    case .special(.version(let version)): version.value.text
    default: nil
    }
  }

  /// The scalar as an integer: integers, doubles without a fraction, and strings that are nothing but
  /// a decimal integer (Perl sends large integers as such); nil outside `Int`'s range.
  public var int: Int? {
    switch self {
    case .int(let number): Int(exactly: number)
    case .uint(let number): Int(exactly: number)
    case .double(let number): Int(exactly: number)
    case .bool(let flag): flag ? 1 : 0
    case .bytes(let bytes): bytes.text.flatMap { Int($0) }
    case .string(let text): Int(text)
    default: nil
    }
  }

  /// The scalar as a floating point number: numbers, and strings that are nothing but a number (Perl
  /// sends fractions as such, and `Inf`, `-Inf`, `NaN`).
  public var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .double(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .bytes(let bytes): bytes.text.flatMap { Double($0) }
    case .string(let text): Double(text)
    default: nil
    }
  }

  /// Whether Perl takes the scalar for true: all but undef, 0, the empty string and `0`.
  public var isTrue: Bool {
    switch self {
    case .undef: false
    case .bool(let flag): flag
    case .int(let number): number != 0
    case .uint(let number): number != 0
    case .double(let number): number != 0
    case .bytes(let bytes): !bytes.isEmpty && bytes != "0"
    case .string(let text): !text.isEmpty && text != "0"
    default: true
    }
  }

  /// The elements, where this is an array.
  public var array: [Value]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The elements, where this is a hash.
  public var hash: Hash? {
    if case .hash(let elements) = self { elements } else { nil }
  }

  /// The element at `index` of an array; nil where there is none.
  public subscript(index: Int) -> Value? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The element of a hash with that key; nil where there is none.
  public subscript(key: String) -> Value? {
    guard case .hash(let elements) = self else { return nil }
    return elements[key]
  }
}
