/// JSON as a serializer, under the package name `JSON`: for kernels and programs that all know it.
///
/// Perl's IKC does not: its modules of that name have no `freeze` and `thaw`. A message is an object with
/// the members `event`, `params` and so on; undef is `null`, arrays and hashes are arrays and objects.
///
/// JSON holds less than Perl. Refused with `cannotEncode` instead of being lost on the way: byte strings and
/// keys that are no UTF-8, numbers that are not finite, two keys of a hash that are the same text,
/// references to scalars, objects, hooks, regular expressions, versions, tied variables, and what is nested
/// deeper than 512. Of a byte string that is UTF-8 the other side sees the text, of a weak reference
/// the strong one. `Value.json(maximumSize:)` writes all those in some readable form.
public struct JSONSerializer: Serializer {
  /// How many bytes an encoded value may take; more is an error.
  public var maximumSize: Int

  /// A serializer; by default values may take 100 MiB.
  public init(maximumSize: Int = StorableSerializer.defaultMaximumSize) { self.maximumSize = maximumSize }

  /// The name in FREEZER lines.
  public var package: String { "JSON" }

  /// The value as JSON on one line. Throws `cannotEncode` where JSON can't hold it, or it is too large.
  public func encode(_ value: Value) throws(IKCError) -> [UInt8] {
    var writer = JSONWriter(maximumSize: maximumSize)
    try write(value, to: &writer, depth: 0)
    try writer.check()
    return writer.bytes
  }

  /// The value of the one JSON text that `bytes` hold, as `Value(json:)` reads it. Throws `cannotDecode` on
  /// anything else, and where it is nested deeper than 512.
  public func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value { try Value(json: bytes) }

  private func write(_ value: Value, to writer: inout JSONWriter, depth: Int) throws(IKCError) {
    try writer.check()
    guard depth <= Value.maximumJSONDepth else {
      throw Self.refusal("what is nested deeper than \(Value.maximumJSONDepth)")
    }
    switch value {
    case .undef: writer.write("null")
    case .bool(let flag): writer.write(flag ? "true" : "false")
    case .int(let number): writer.write(raw: String(number))
    case .uint(let number): writer.write(raw: String(number))
    case .double(let number):
      guard number.isFinite else { throw Self.refusal("the number \(number)") }
      writer.write(raw: number.description)
    case .string(let text): writer.write(string: text)
    case .bytes(let bytes):
      guard let text = bytes.text else { throw Self.refusal("a byte string that is no UTF-8") }
      writer.write(string: text)
    case .array(let elements): try write(elements, to: &writer, depth: depth)
    case .hash(let elements): try write(elements, to: &writer, depth: depth)
    case .special(.weak(let value)): try write(value, to: &writer, depth: depth + 1)
    case .reference: throw Self.refusal("a reference to a scalar")
    case .special(let special): throw Self.refusal(Self.name(of: special))
    }
  }

  private func write(_ elements: [Value], to writer: inout JSONWriter, depth: Int) throws(IKCError) {
    writer.write("[")
    for (index, element) in elements.enumerated() {
      if index > 0 { writer.write(",") }
      try write(element, to: &writer, depth: depth + 1)
    }
    writer.write("]")
  }

  private func write(_ elements: Value.Hash, to writer: inout JSONWriter, depth: Int) throws(IKCError) {
    writer.write("{")
    // The same text as bytes and as characters is two keys to Perl.
    var names: Set<ByteString> = []
    var isFirst = true
    for (key, value) in elements {
      guard let name = key.text else { throw Self.refusal("a key that is no UTF-8") }
      if !key.stored.isASCII, !names.insert(ByteString(name)).inserted {
        throw Self.refusal("the key \"\(name)\" twice")
      }
      if !isFirst { writer.write(",") }
      isFirst = false
      writer.write(string: name)
      writer.write(":")
      try write(value, to: &writer, depth: depth + 1)
    }
    writer.write("}")
  }

  private static func name(of special: Value.Special) -> String {
    switch special {
    case .object(let object): "an object of class \(object.className)"
    case .hook(let hook): "an object of class \(hook.className)"
    case .regexp: "a regular expression"
    case .version: "a version"
    case .tied, .tiedElement: "a tied variable"
    case .malformedText: "text that is no valid UTF-8"
    case .weak: "a weak reference"
    }
  }

  private static func refusal(_ what: String) -> IKCError {
    IKCError(.cannotEncode, "JSON can't hold \(what)")
  }
}
