import IKC

/// A string or key, and the form in which YAML.pm writes it.
struct ScalarText {
  /// The octets that stand for it: bytes as they are, text as its UTF-8.
  let octets: [UInt8]
  /// The characters as Perl counts them.
  let characters: [UInt32]
  private let isText: Bool

  /// The text of a string; of anything else the empty one.
  init(_ value: Value) {
    switch value {
    case .string(let text): self.init(text: text)
    case .bytes(let bytes), .special(.malformedText(let bytes)): self.init(bytes: bytes)
    default: self.init(bytes: ByteString())
    }
  }

  /// The text of a key.
  init(_ key: Value.Hash.Key) {
    if key.isText, let text = key.text { self.init(text: text) } else { self.init(bytes: key.bytes) }
  }

  private init(text: String) {
    octets = Array(text.utf8)
    characters = text.unicodeScalars.map(\.value)
    isText = true
  }

  private init(bytes: ByteString) {
    octets = bytes.bytes
    characters = octets.map { UInt32($0) }
    isText = false
  }

  /// Writes the text as a value.
  ///
  /// - Parameter indentation: the column in which the lines of a block stand.
  func write(to bytes: inout [UInt8], indentation: Int) {
    switch style {
    case .plain: bytes += octets
    case .single: writeSingle(to: &bytes)
    // The lines of a block need a blank in front.
    case .block where indentation < 1: writeDouble(to: &bytes, isKey: false)
    case .double: writeDouble(to: &bytes, isKey: false)
    case .block: writeBlock(to: &bytes, indentation: indentation)
    }
  }

  /// Writes the text as a key. YAML.pm does not find one that begins with a colon everywhere, nor one that is a block,
  /// and an equals sign in front means something to it.
  func write(asKeyTo bytes: inout [UInt8]) {
    let isMistaken = octets.first == UInt8(ascii: ":") || octets.first == UInt8(ascii: "=")
    switch style {
    case .plain where isMistaken && octets.contains(UInt8(ascii: "'")), .double, .block:
      writeDouble(to: &bytes, isKey: true)
    case .plain where isMistaken, .single: writeSingle(to: &bytes)
    case .plain: bytes += octets
    }
  }
}

// MARK: - Styles

extension ScalarText {
  private enum Style {
    case plain, single, double, block
  }

  /// Longer texts with line ends become blocks.
  private static let longestFolded = 30

  /// The style that YAML.pm chooses.
  private var style: Style {
    if octets.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A }) { return .double }
    if octets.contains(0x0A) {
      return characters.count <= Self.longestFolded || !hasTextBehindNewline ? .double : .block
    }
    if isPlain { return .plain }
    return octets.contains(UInt8(ascii: "'")) ? .double : .single
  }

  /// Whether anything but white space comes behind the end of a line.
  private var hasTextBehindNewline: Bool {
    guard let end = characters.firstIndex(of: 0x0A) else { return false }
    return characters[end...].contains { !isSpace($0) }
  }

  /// Whether the text can do without quotes.
  private var isPlain: Bool {
    guard let first = characters.first, let last = characters.last else { return false }
    if isSpace(first) || Self.leading.contains(first) { return false }
    if isSpace(last) || last == 0x7C || last == 0x3E || last == 0x3A { return false }
    if characters == [0x2D] || characters == [0x3D] || seemsBlock { return false }
    for (index, character) in characters.enumerated() {
      if Self.flow.contains(character) { return false }
      guard index + 1 < characters.count else { break }
      let next = characters[index + 1]
      // A colon, dash or question mark before a blank; a blank before a number sign.
      if isSpace(next), character == 0x3A || character == 0x2D || character == 0x3F { return false }
      if isSpace(character), next == 0x23 { return false }
    }
    return true
  }

  /// Whether YAML.pm would take the end of the text for the beginning of a block, as in `a |2`.
  private var seemsBlock: Bool {
    let rest = characters.reversed().drop { (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D }
    guard let indicator = rest.first, indicator == 0x7C || indicator == 0x3E else { return false }
    return rest.dropFirst().first.map(isSpace) ?? true
  }

  private static let leading = Set("{[~`'\"!@#>|%&?*^".unicodeScalars.map(\.value))
  private static let flow = Set("{[]},".unicodeScalars.map(\.value))

  /// What `\s` matches; beyond ASCII in text only.
  private func isSpace(_ character: UInt32) -> Bool {
    if character == 0x20 || (0x09...0x0D).contains(character) { return true }
    guard isText, character >= 0x80, let scalar = Unicode.Scalar(character) else { return false }
    return scalar.properties.isWhitespace
  }
}

// MARK: - Forms

extension ScalarText {
  private func writeSingle(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "'"))
    bytes += octets
    bytes.append(UInt8(ascii: "'"))
  }

  private func writeDouble(to bytes: inout [UInt8], isKey: Bool) {
    bytes.append(UInt8(ascii: "\""))
    for (index, octet) in octets.enumerated() {
      switch octet {
      case UInt8(ascii: "\\"): bytes += Array("\\\\".utf8)
      // In an array YAML.pm takes what has a colon behind such a quote for a key, and none for one that holds a quote.
      case UInt8(ascii: "\""): bytes += Array((isKey || isBeforeColon(index) ? "\\x22" : "\\\"").utf8)
      case 0..<0x20: bytes += Self.escapes[Int(octet)]
      default: bytes.append(octet)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func isBeforeColon(_ index: Int) -> Bool {
    octets[(index + 1)...].drop { $0 == 0x20 || (0x09...0x0D).contains($0) }.first == UInt8(ascii: ":")
  }

  private func writeBlock(to bytes: inout [UInt8], indentation: Int) {
    let lines = octets.split(separator: 0x0A, omittingEmptySubsequences: false)
    let ends = octets.reversed().prefix { $0 == 0x0A }.count
    bytes.append(UInt8(ascii: "|"))
    if ends != 1 { bytes.append(UInt8(ascii: ends == 0 ? "-" : "+")) }
    if characters.first.map(isSpace) == true { bytes.append(UInt8(ascii: "2")) }
    for line in ends == 0 ? lines[...] : lines.dropLast() {
      bytes.append(UInt8(ascii: "\n"))
      bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
      bytes += line
    }
  }

  /// By byte: how YAML.pm writes it between double quotes.
  private static let escapes: [[UInt8]] = (0..<0x20).map { byte in
    switch byte {
    case 0x00: Array("\\0".utf8)
    case 0x07: Array("\\a".utf8)
    case 0x09: Array("\\t".utf8)
    case 0x0A: Array("\\n".utf8)
    case 0x0B: Array("\\v".utf8)
    case 0x0C: Array("\\f".utf8)
    case 0x0D: Array("\\r".utf8)
    case 0x1B: Array("\\e".utf8)
    default: Array((byte < 0x10 ? "\\x0" : "\\x").utf8) + Array(String(byte, radix: 16).utf8)
    }
  }
}
