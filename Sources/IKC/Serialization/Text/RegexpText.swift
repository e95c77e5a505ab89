/// A regular expression as Perl prints it: `(?^flags:pattern)`.
enum RegexpText {
  /// The text of a regular expression.
  static func join(pattern: ByteString, flags: ByteString) -> [UInt8] {
    var text = Array("(?^".utf8) + flags.bytes + [UInt8(ascii: ":")] + pattern.bytes
    // A comment at its end would hide the bracket; Perl ends the line as well.
    if flags.bytes.contains(UInt8(ascii: "x")), pattern.bytes.contains(UInt8(ascii: "#")) {
      text.append(UInt8(ascii: "\n"))
    }
    return text + [UInt8(ascii: ")")]
  }

  /// Pattern and flags of a text that is one such group; a text of another form is a pattern itself.
  static func split(_ text: UnsafeRawBufferPointer) -> (pattern: ByteString, flags: ByteString) {
    guard let end = headEnd(text), closes(text, from: end) else { return (ByteString(text), "") }
    return (
      ByteString(UnsafeRawBufferPointer(rebasing: text[end..<text.count - 1])),
      ByteString(UnsafeRawBufferPointer(rebasing: text[3..<end - 1]))
    )
  }

  /// Where the pattern begins; nil where the text does not begin like this.
  private static func headEnd(_ text: UnsafeRawBufferPointer) -> Int? {
    guard text.count >= 5, text.starts(with: "(?^".utf8) else { return nil }
    var index = 3
    while index < text.count, text[index] &- 0x61 < 26 { index += 1 }
    return index < text.count && text[index] == UInt8(ascii: ":") ? index + 1 : nil
  }

  /// Whether the text is one such group. Perl does not compile it where its brackets do not match.
  static func isWhole(_ text: [UInt8]) -> Bool {
    text.withUnsafeBytes { text in headEnd(text).map { closes(text, from: $0) } ?? false }
  }

  /// Whether the group that has begun ends with the text's last byte and not before.
  private static func closes(_ text: UnsafeRawBufferPointer, from start: Int) -> Bool {
    let hasComments = text[3..<start].contains(UInt8(ascii: "x"))
    var depth = 1
    var index = start
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "["): index = classEnd(text, from: index + 1)
      case UInt8(ascii: "#") where hasComments:
        index = text[index...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return index == text.count - 1 }
      default: break
      }
      index += 1
    }
    return false
  }

  /// Where the bracket is that ends a class of characters.
  private static func classEnd(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    if index < text.count, text[index] == UInt8(ascii: "^") { index += 1 }
    // At the beginning it stands for itself.
    if index < text.count, text[index] == UInt8(ascii: "]") { index += 1 }
    while index < text.count, text[index] != UInt8(ascii: "]") {
      if text[index] == UInt8(ascii: "\\") {
        index += 1
      } else if text[index] == UInt8(ascii: "["), index + 1 < text.count, text[index + 1] == UInt8(ascii: ":") {
        index = text[index...].firstIndex(of: UInt8(ascii: "]")) ?? text.count
      }
      index += 1
    }
    return index
  }
}
