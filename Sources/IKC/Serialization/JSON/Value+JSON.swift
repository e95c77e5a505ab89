extension Value {
  /// How deep arrays and objects may be nested in JSON that is read or written.
  static let maximumJSONDepth = 512

  /// The value that a JSON text stands for: null is undef, an object a hash, integers are integers.
  ///
  /// Of members with the same name the last one counts. Throws `cannotDecode` where the bytes are not
  /// JSON, or nested deeper than 512.
  public init(json bytes: UnsafeRawBufferPointer) throws(IKCError) {
    self.init(try JSONParser.parse(bytes, maximumDepth: Self.maximumJSONDepth))
  }

  /// The value that a JSON text stands for, see `init(json:)`.
  public init(json text: String) throws(IKCError) {
    var text = text
    let tree = text.withUTF8 { bytes in
      Result { () throws(IKCError) in
        try JSONParser.parse(UnsafeRawBufferPointer(bytes), maximumDepth: Self.maximumJSONDepth)
      }
    }
    self.init(try tree.get())
  }

  private init(_ tree: JSONTree) {
    switch tree {
    case .null: self = .undef
    case .bool(let flag): self = .bool(flag)
    case .number(let text): self = Value(number: text)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { Value($0) })
    case .object(let members): self = .hash(Hash(members.lazy.map { (Hash.Key($0.name), Value($0.value)) }))
    }
  }

  private init(number text: String) {
    if text == "-0" {
      self = .double(-0.0)
    } else if let number = Int64(text) {
      self = .int(number)
    } else if let number = UInt64(text) {
      self = .uint(number)
    } else {
      // Whatever the grammar takes for a number has a nearest double, if need be an infinite one.
      self = .double(Double(text) ?? .nan)
    }
  }

  /// The value as JSON on one line.
  ///
  /// JSON holds less than Perl: bytes become text (as UTF-8 where they are that, else as Latin-1),
  /// references, objects and tied variables their content, regular expressions and hooks a string, and
  /// numbers that are not finite the strings `Inf`, `-Inf` and `NaN`. Throws `cannotEncode` where the
  /// text would have more than `maximumSize` bytes, or be nested deeper than 512.
  public func json(maximumSize: Int = StorableSerializer.defaultMaximumSize) throws(IKCError) -> [UInt8] {
    var writer = JSONWriter(maximumSize: maximumSize)
    try writeJSON(&writer, depth: 0)
    return writer.bytes
  }

  private func writeJSON(_ writer: inout JSONWriter, depth: Int) throws(IKCError) {
    try writer.check()
    guard depth <= Self.maximumJSONDepth else {
      throw IKCError(.cannotEncode, "JSON of this value would be nested deeper than \(Self.maximumJSONDepth)")
    }
    switch self {
    case .undef: writer.write("null")
    case .bool(let flag): writer.write(flag ? "true" : "false")
    case .int(let number): writer.write(raw: String(number))
    case .uint(let number): writer.write(raw: String(number))
    case .double(let number):
      if number.isFinite {
        writer.write(raw: number.description)
      } else {
        writer.write(string: DecimalText(number).string)
      }
    case .bytes(let bytes): writer.write(string: bytes.description)
    case .string(let text): writer.write(string: text)
    case .array(let elements): try Self.writeJSON(elements, &writer, depth: depth)
    case .hash(let elements): try Self.writeJSON(elements, &writer, depth: depth)
    case .reference(let target): try target.writeJSON(&writer, depth: depth + 1)
    case .special(let special): try Self.writeJSON(special, &writer, depth: depth)
    }
  }

  private static func writeJSON(
    _ elements: [Value], _ writer: inout JSONWriter, depth: Int
  ) throws(IKCError) {
    writer.write("[")
    var isFirst = true
    for element in elements {
      if !isFirst { writer.write(",") }
      isFirst = false
      try element.writeJSON(&writer, depth: depth + 1)
    }
    writer.write("]")
  }

  private static func writeJSON(
    _ elements: Hash, _ writer: inout JSONWriter, depth: Int
  ) throws(IKCError) {
    writer.write("{")
    var isFirst = true
    for (key, value) in elements {
      if !isFirst { writer.write(",") }
      isFirst = false
      writer.write(string: key.description)
      writer.write(":")
      try value.writeJSON(&writer, depth: depth + 1)
    }
    writer.write("}")
  }

  private static func writeJSON(
    _ special: Special, _ writer: inout JSONWriter, depth: Int
  ) throws(IKCError) {
    switch special {
    case .object(let object): try object.content.writeJSON(&writer, depth: depth + 1)
    case .hook(let hook): writer.write(string: hook.frozen.description)
    case .regexp(let regexp): writer.write(string: "(?^\(regexp.flags):\(regexp.pattern))")
    case .version(let version): writer.write(string: version.literal.description)
    case .tied(let tied): try tied.object.writeJSON(&writer, depth: depth + 1)
    case .tiedElement(let element): try element.object.writeJSON(&writer, depth: depth + 1)
    case .weak(let value): try value.writeJSON(&writer, depth: depth + 1)
    case .malformedText(let octets): writer.write(string: octets.description)
    }
  }
}
