import IKC

/// YAML.pm's bytes in a form that libyaml takes for YAML 1.1, and back.
///
/// YAML.pm writes bytes raw, knows few escapes, takes keys of any length and `%` for itself. So what libyaml
/// would refuse or read otherwise goes through it in disguise, as private characters: bytes that are no
/// printable ASCII, backslashes with what they escape, `%`, and `*`, so that no alias is ever expanded there.
/// Long words, in which libyaml would look at each character, are put aside, a private character for each.
///
/// None of that takes parsing, and everything can be undone: text that was not what it seemed is the same again.
struct Disguise {
  /// What libyaml reads.
  private(set) var text: [UInt8] = []
  /// What is known before reading: how deep the text can be nested at most.
  private(set) var depthLimit = 0
  private var words: [ArraySlice<UInt8>] = []
  /// The column of the last key that is a block.
  private var blockKey: Int?

  /// Shorter words are left where they are.
  private static let longWord = 64
  /// As many characters as there are in planes 15 and 16.
  private static let maximumWords = 0x1FFFE

  /// Throws `cannotDecode` on control characters, which YAML.pm refuses.
  init(_ bytes: UnsafeRawBufferPointer) throws(IKCError) {
    let source = [UInt8](bytes)
    if let bad = source.first(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }) {
      throw .yaml("holds the control character \(bad)")
    }
    // libyaml would skip it; to YAML.pm it is text.
    if source.starts(with: [0xEF, 0xBB, 0xBF]) { throw .yaml("begins with a byte order mark") }
    text.reserveCapacity(source.count + source.count / 4)
    depthLimit = Self.depthLimit(of: source)
    var index = 0
    while index < source.count {
      if index == 0 || source[index - 1] == 0x0A { index = beginLine(source, at: index) }
      if index < source.count { index = disguise(source, at: index) }
    }
  }

  /// Puts the colon behind a key that is a block below its question mark: YAML.pm writes it at the line's beginning.
  /// Three dots there, which end a document in YAML 1.1, are text to YAML.pm. Gives the index to go on at.
  private mutating func beginLine(_ source: [UInt8], at start: Int) -> Int {
    let line = source[start...].prefix { $0 != 0x0A }
    if line.starts(with: "...".utf8), line.count == 3 || Self.isSpace(line[start + 3]) {
      appendScalar(0xE000 + UInt32(UInt8(ascii: ".")))
      return start + 1
    }
    if let column = blockKey, line.first == UInt8(ascii: ":"), line.count == 1 || line.dropFirst().first == 0x20 {
      text.append(contentsOf: repeatElement(0x20, count: column))
      blockKey = nil
    }
    if let mark = line.firstIndex(where: { $0 != 0x20 && $0 != UInt8(ascii: "-") }),
      line[mark...].starts(with: "? |".utf8)
    {
      blockKey = mark - start
    }
    return start
  }

  /// Takes one word or one byte between words; gives the index behind it.
  private mutating func disguise(_ source: [UInt8], at start: Int) -> Int {
    let isFirst = start == 0 || Self.separates(source[start - 1])
    switch source[start] {
    case UInt8(ascii: "!") where isFirst: return disguise(tag: source, at: start)
    case UInt8(ascii: "&") where isFirst:
      // An anchor's name is read by libyaml.
      var index = start
      while index < source.count, !Self.separates(source[index]) { index = disguise(byte: source, at: index) }
      return index
    case let byte where Self.isWordByte(byte):
      let end = Self.endOfWords(source, from: start)
      if end - start >= Self.longWord, words.count < Self.maximumWords {
        appendScalar(0xF0000 + UInt32(words.count))
        words.append(source[start..<end])
      } else {
        for byte in source[start..<end] { append(byte) }
      }
      return end
    default: return disguise(byte: source, at: start)
    }
  }

  private mutating func disguise(byte source: [UInt8], at index: Int) -> Int {
    let byte = source[index]
    append(byte)
    guard byte == UInt8(ascii: "\\"), index + 1 < source.count else { return index + 1 }
    // A quote or backslash behind a backslash means nothing by itself.
    let next = source[index + 1]
    guard next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") else { return index + 1 }
    appendScalar(0xE000 + UInt32(next))
    return index + 2
  }

  /// A word that may be a tag, in which libyaml takes nothing but URI characters and escaped octets.
  private mutating func disguise(tag source: [UInt8], at start: Int) -> Int {
    var index = start
    while index < source.count, !Self.isSpace(source[index]) {
      let from = text.count
      let next = disguise(byte: source, at: index)
      let octets = text[from...]
      if octets.count > 1 || octets.first == UInt8(ascii: "%") {
        text.replaceSubrange(from..., with: octets.flatMap { Array("%\(String($0, radix: 16, uppercase: true))".utf8) })
      }
      index = next
    }
    return index
  }

  private mutating func append(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "%"), UInt8(ascii: "*"), 0x7F...: appendScalar(0xE000 + UInt32(byte))
    default: text.append(byte)
    }
  }

  private mutating func appendScalar(_ number: UInt32) {
    if let scalar = Unicode.Scalar(number) {
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  /// The bytes that a text of libyaml's stands for.
  func octets(of text: String) -> [UInt8] {
    var result: [UInt8] = []
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch scalar.value {
      case 0x25:
        // Two hexadecimal digits and so on: a byte in disguise, of three octets.
        let digits = (0..<8).compactMap { _ in scalars.next() }.enumerated().filter { $0.offset % 3 != 2 }
        let number = digits.reduce(0) {
          $0 << 4 | ($1.element.properties.numericValue.map(UInt32.init) ?? $1.element.value &- 55)
        }
        result.append(UInt8(truncatingIfNeeded: number >> 2 & 0xC0 | number & 0x3F))
      case 0xE000...0xE0FF: result.append(UInt8(truncatingIfNeeded: scalar.value))
      case 0xF0000...: result.append(contentsOf: words[Int(scalar.value - 0xF0000)])
      default: result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return result
  }

  /// The name of the alias that a plain scalar is; nil where it is none.
  func alias(_ text: String) -> String? {
    guard text.unicodeScalars.first?.value == 0xE000 + 0x2A else { return nil }
    return String(decoding: octets(of: String(text.unicodeScalars.dropFirst())), as: UTF8.self)
  }
}

// MARK: - Characters

extension Disguise {
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// Whether a tag or anchor may begin behind the byte.
  private static func separates(_ byte: UInt8) -> Bool {
    isSpace(byte) || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: ",")
  }

  /// Whether the byte means nothing in YAML wherever it stands.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  /// The end of the words from `start` that stand one blank apart.
  private static func endOfWords(_ source: [UInt8], from start: Int) -> Int {
    var index = start + 1
    while index < source.count {
      if isWordByte(source[index]) {
        index += 1
      } else if source[index] == 0x20, index + 1 < source.count, isWordByte(source[index + 1]) {
        index += 2
      } else {
        break
      }
    }
    return index
  }

  /// How deep the text can be nested at most: a block begins further right than the one around it, unless
  /// that is a mapping and it a sequence; a flow has a bracket, and a pair in it none.
  private static func depthLimit(of source: [UInt8]) -> Int {
    var (brackets, indentation, deepest) = (0, 0, 0)
    var isIndented = true
    for byte in source {
      switch byte {
      case 0x0A, 0x0D: (isIndented, indentation) = (true, 0)
      case 0x20, 0x09, UInt8(ascii: "-"), UInt8(ascii: "?"): if isIndented { indentation += 1 }
      default:
        isIndented = false
        if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { brackets += 1 }
      }
      deepest = max(deepest, indentation)
    }
    return 2 * (deepest + 1 + brackets)
  }
}
