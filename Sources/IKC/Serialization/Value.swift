/// One Perl scalar, as plain data: what parameters and results are when no Swift type is asked for.
///
/// Container references are their containers: an array reference is `.array`. References to anything
/// else are `.reference`. A value holds no cycle and nothing that could run: objects are their class
/// name and content, hooks their frozen bytes.
public enum Value: Sendable {
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
  /// A reference to something with more to it: a blessed, tied, compiled or version value.
  case special(Special)
}
