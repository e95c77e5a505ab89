import IKC

/// Writes a value as YAML.pm's `Dump` does.
struct DocumentWriter {
  /// Where a node stands, which decides how it begins.
  private enum Place {
    /// Behind `---` or a key's colon.
    case value
    /// Behind the dash of a sequence.
    case element
  }

  private(set) var bytes: [UInt8] = []
  private let maximumSize: Int

  init(maximumSize: Int) { self.maximumSize = maximumSize }

  /// Writes one document.
  mutating func write(document value: Value) throws(IKCError) {
    bytes += Array("---".utf8)
    try write(value, at: .value, indentation: -2, depth: 0)
  }

  /// Writes a node from the blank in front of it to the end of its line.
  ///
  /// - Parameter indentation: the column of what it belongs to.
  private mutating func write(
    _ value: Value, at place: Place, indentation: Int, depth: Int
  ) throws(IKCError) {
    guard bytes.count <= maximumSize else {
      throw IKCError(.cannotEncode, "YAML of this value would have more than \(maximumSize) bytes")
    }
    guard depth <= YAMLSerializer.maximumDepth else {
      throw .unwritable("what is nested deeper than \(YAMLSerializer.maximumDepth)")
    }
    switch value {
    case .undef: write(line: " ~")
    case .bool(let flag): write(line: flag ? " 1" : " ''")
    case .int, .uint, .double: write(line: " " + (value.text ?? ""))
    case .bytes, .string: write(ScalarText(value), indentation: indentation)
    case .array(let elements): try write(elements, tag: nil, indentation: indentation, depth: depth)
    case .hash(let elements): try write(elements, tag: nil, at: place, indentation: indentation, depth: depth)
    case .reference(let target): try write(reference: target, tag: "perl/ref", indentation, depth)
    case .special(let special): try write(special, at: place, indentation: indentation, depth: depth)
    }
  }

  private mutating func write(line: String) {
    bytes += Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func write(_ text: ScalarText, indentation: Int) {
    bytes.append(UInt8(ascii: " "))
    text.write(to: &bytes, indentation: indentation + 2)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func indent(_ columns: Int) {
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: columns))
  }

  private mutating func write(tag: String?) {
    if let tag { bytes += Array(" !!\(tag)".utf8) }
  }

  // MARK: Containers

  private mutating func write(
    _ elements: [Value], tag: String?, indentation: Int, depth: Int
  ) throws(IKCError) {
    write(tag: tag)
    if elements.isEmpty { return write(line: " []") }
    write(line: "")
    for element in elements {
      indent(indentation + 2)
      bytes.append(UInt8(ascii: "-"))
      try write(element, at: .element, indentation: indentation + 2, depth: depth + 1)
    }
  }

  private mutating func write(
    _ elements: Value.Hash, tag: String?, at place: Place, indentation: Int, depth: Int
  ) throws(IKCError) {
    write(tag: tag)
    if elements.isEmpty { return write(line: " {}") }
    // The first key of a hash in an array stands in the line of the dash.
    var isFirst = place == .element && tag == nil
    if isFirst { bytes.append(UInt8(ascii: " ")) } else { write(line: "") }
    for element in Self.sorted(elements) {
      if !isFirst { indent(indentation + 2) }
      isFirst = false
      element.key.write(asKeyTo: &bytes)
      bytes.append(UInt8(ascii: ":"))
      try write(element.value, at: .value, indentation: indentation + 2, depth: depth + 1)
    }
  }

  /// As Perl sorts: by character.
  private static func sorted(_ elements: Value.Hash) -> [(key: ScalarText, value: Value)] {
    elements.map { (ScalarText($0.key), $0.value) }.sorted {
      $0.0.characters.lexicographicallyPrecedes($1.0.characters)
    }
  }

  private mutating func write(
    reference target: Value, tag: String, _ indentation: Int, _ depth: Int
  ) throws(IKCError) {
    write(tag: tag)
    write(line: "")
    indent(indentation + 2)
    bytes += Array("=:".utf8)
    try write(target, at: .value, indentation: indentation + 2, depth: depth + 1)
  }

  // MARK: Special values

  private mutating func write(
    _ special: Value.Special, at place: Place, indentation: Int, depth: Int
  ) throws(IKCError) {
    switch special {
    case .object(let object): try write(object, at: place, indentation: indentation, depth: depth)
    case .regexp(let regexp): try write(regexp, indentation: indentation)
    case .version(let version): try write(version.value, at: place, indentation: indentation, depth: depth + 1)
    case .weak(let value): try write(value, at: place, indentation: indentation, depth: depth + 1)
    case .malformedText: write(ScalarText(.special(special)), indentation: indentation)
    case .hook(let hook): throw .unwritable("an object that only Storable can freeze, of class \(hook.className)")
    case .tied, .tiedElement: throw .unwritable("a tied variable, whose content only its class knows")
    }
  }

  private mutating func write(
    _ object: Value.Object, at place: Place, indentation: Int, depth: Int
  ) throws(IKCError) {
    guard PerlTag.isClassName(object.className.bytes) else {
      throw .unwritable("an object of class \"\(object.className)\", which a tag can't name")
    }
    let name = object.className.description
    switch object.content {
    case .array(let elements): try write(elements, tag: "perl/array:" + name, indentation: indentation, depth: depth)
    case .hash(let elements):
      try write(elements, tag: "perl/hash:" + name, at: place, indentation: indentation, depth: depth)
    case .reference(let target): try write(scalar: target, tag: name, place, indentation, depth)
    default: throw .unwritable("an object of class \(name) that is neither array, hash nor scalar")
    }
  }

  /// An object that is a scalar; one that refers to something has the form of a reference.
  private mutating func write(
    scalar: Value, tag name: String, _ place: Place, _ indentation: Int, _ depth: Int
  ) throws(IKCError) {
    switch scalar {
    case .undef, .bool, .int, .uint, .double, .bytes, .string, .special(.version), .special(.malformedText):
      write(tag: "perl/scalar:" + name)
      try write(scalar, at: place, indentation: indentation, depth: depth + 1)
    default: try write(reference: scalar, tag: "perl/ref:" + name, indentation, depth)
    }
  }

  private mutating func write(_ regexp: Value.Regexp, indentation: Int) throws(IKCError) {
    guard regexp.className == "Regexp" else {
      throw .unwritable("a regular expression of class \(regexp.className)")
    }
    write(tag: "perl/regexp")
    let text = Array("(?^".utf8) + regexp.flags.bytes + Array(":".utf8) + regexp.pattern.bytes + Array(")".utf8)
    write(ScalarText(.bytes(ByteString(text))), indentation: indentation)
  }
}
