/// One Perl scalar, as plain data: what parameters and results are when no Swift type is asked for.
///
/// Container references are their containers: an array reference is `.array`. References to anything
/// else are `.reference`. A value holds no cycle and nothing that could run: objects are their class
/// name and content, hooks their frozen bytes. `ValueGraph` is the form that keeps identity as well.
public enum Value: Sendable, Hashable {
  /// Perl's `undef`, also an array element that does not exist.
  case undef
  /// A boolean, where the serializer has such a thing. Perl reads it as `1` and the empty string.
  case bool(Bool)
  /// An integer that a signed 64 bit word holds.
  case int(Int64)
  /// An integer above `Int64.max`; smaller ones are `.int`.
  case uint(UInt64)
  /// A floating point number.
  case double(Double)
  /// A byte string: Perl text without the UTF-8 flag.
  case bytes(ByteString)
  /// Text: in Perl a string with the UTF-8 flag where it is not plain ASCII.
  case string(String)
  /// A reference to an array.
  case array([Value])
  /// A reference to a hash.
  case hash(Hash)
  /// A reference to something that is no container.
  indirect case reference(Value)
  /// Something with more to it: a blessed, tied, compiled or version value.
  case special(Special)
}

extension Value: ExpressibleByNilLiteral {
  /// Undef.
  public init(nilLiteral: ()) { self = .undef }
}

extension Value: ExpressibleByBooleanLiteral {
  /// A boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Value: ExpressibleByIntegerLiteral {
  /// An integer.
  public init(integerLiteral value: Int64) { self = .int(value) }
}

extension Value: ExpressibleByFloatLiteral {
  /// A floating point number.
  public init(floatLiteral value: Double) { self = .double(value) }
}

extension Value: ExpressibleByStringLiteral {
  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension Value: ExpressibleByArrayLiteral {
  /// A reference to an array of the elements.
  public init(arrayLiteral elements: Value...) { self = .array(elements) }
}

extension Value: ExpressibleByDictionaryLiteral {
  /// A reference to a hash of the elements; of those with the same key the last one counts.
  public init(dictionaryLiteral elements: (Hash.Key, Value)...) { self = .hash(Hash(elements)) }
}
