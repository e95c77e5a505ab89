extension FreezerReader {
  /// What stands between single quotes, where only they and the backslash are escaped.
  mutating func readQuoted() throws(IKCError) -> ByteString {
    cursor.advance()
    let plain = takePlain(until: "'")
    if cursor.skip(ascii: "'") { return ByteString(plain) }
    var octets = [UInt8](plain)
    while !cursor.skip(ascii: "'") {
      guard cursor.skip(ascii: "\\") else { throw cursor.failure("ends inside a string") }
      if let next = cursor.next, next == UInt8(ascii: "'") || next == UInt8(ascii: "\\") {
        octets.append(next)
        cursor.advance()
      } else {
        // Before any other character it stands for itself.
        octets.append(UInt8(ascii: "\\"))
      }
      octets.append(contentsOf: takePlain(until: "'"))
    }
    return ByteString(octets)
  }

  @inline(__always)
  private mutating func takePlain(until quote: Unicode.Scalar) -> UnsafeRawBufferPointer {
    let quote = UInt8(ascii: quote)
    return cursor.take { $0 != quote && $0 != UInt8(ascii: "\\") }
  }

  /// What stands between double quotes: bytes, or UTF-8 where a character beyond ASCII is spelled by its number.
  /// Only text has such, also where Perl, which can't tell the two apart, reads it without the UTF-8 flag.
  mutating func readDoublyQuoted() throws(IKCError) -> (octets: ByteString, isText: Bool) {
    cursor.advance()
    var octets: [UInt8] = []
    var isText = false
    while !cursor.skip(ascii: "\"") {
      let plain = cursor.take { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0x24 && $0 != 0x40 }
      if isText { octets.append(contentsOf: Text.utf8(fromLatin1: plain)) } else { octets.append(contentsOf: plain) }
      if cursor.next == UInt8(ascii: "\"") { continue }
      guard cursor.skip(ascii: "\\") else {
        throw cursor.failure(
          cursor.next == nil ? "ends inside a string" : "has a variable inside a string, which is never read")
      }
      let character = try readEscape()
      if character > 0x7F, !isText {
        octets = octets.withUnsafeBytes { Text.utf8(fromLatin1: $0) }
        isText = true
      }
      if isText { ExtendedUTF8.append(character, to: &octets) } else { octets.append(UInt8(character)) }
    }
    return (ByteString(octets), isText)
  }

  /// The character behind a backslash inside double quotes.
  private mutating func readEscape() throws(IKCError) -> UInt64 {
    guard let byte = cursor.next else { throw cursor.failure("ends inside a string") }
    if cursor.skip("x{") {
      let digits = cursor.take { Hexadecimal.value(of: $0) != nil }
      guard !digits.isEmpty, digits.count <= 16, cursor.skip(ascii: "}") else {
        throw cursor.failure("has no character's number where one belongs")
      }
      let character = digits.reduce(UInt64(0)) { $0 << 4 | UInt64(Hexadecimal.value(of: $1) ?? 0) }
      guard character <= ExtendedUTF8.maximum else { throw cursor.failure("has a character of too large a number") }
      return character
    }
    cursor.advance()
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "@"): return UInt64(byte)
    case UInt8(ascii: "a"): return 0x07
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "e"): return 0x1B
    default: throw cursor.failure("has an escape that is never written")
    }
  }

  /// A key: a string of either kind.
  mutating func readKey() throws(IKCError) -> Value.Hash.Key {
    switch cursor.next {
    case UInt8(ascii: "'"): return Value.Hash.Key(try readQuoted())
    case UInt8(ascii: "\""):
      let (octets, isText) = try readDoublyQuoted()
      return isText ? Value.Hash.Key(utf8: octets) : Value.Hash.Key(octets)
    default: throw cursor.failure("has a key that is no string")
    }
  }

  /// An integer or a version.
  mutating func readNumber() throws(IKCError) -> ValueGraph.Content {
    let text = cursor.take { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == 0x76 }
    if FreezerText.isVersion(text) { return try version(text) }
    let digits = text.first == UInt8(ascii: "-") ? UnsafeRawBufferPointer(rebasing: text.dropFirst()) : text
    let isDecimal =
      !digits.isEmpty && digits.allSatisfy { $0 &- 0x30 < 10 }
      && (digits.first != UInt8(ascii: "0") || digits.count == 1)
    // A word that goes on is none.
    if isDecimal, !isWordNext {
      let text = String(decoding: text, as: UTF8.self)
      if let number = Int64(text) { return .int(number) }
      if let number = UInt64(text) { return .uint(number) }
    }
    throw cursor.failure("has a number in a form that is never written")
  }

  private var isWordNext: Bool {
    guard let next = cursor.next else { return false }
    return (next | 0x20) &- 0x61 < 26 || next &- 0x30 < 10 || next == UInt8(ascii: "_")
  }

  private mutating func version(_ literal: UnsafeRawBufferPointer) throws(IKCError) -> ValueGraph.Content {
    if isWordNext { throw cursor.failure("has a number in a form that is never written") }
    let digits = literal.first == UInt8(ascii: "v") ? literal.dropFirst() : literal[...]
    let characters = digits.split(separator: UInt8(ascii: ".")).map { part in
      part.reduce(UInt64(0)) { $0 * 10 + UInt64($1 &- 0x30) }
    }
    // Perl makes text of it from the first character beyond ASCII on.
    let isText = characters.contains { $0 > 0x7F }
    var octets: [UInt8] = []
    for character in characters {
      if isText { ExtendedUTF8.append(character, to: &octets) } else { octets.append(UInt8(character)) }
    }
    return .version(literal: ByteString(literal), octets: ByteString(octets), isText: isText)
  }

  /// What stands behind `qr/`.
  mutating func readPattern() throws(IKCError) -> (pattern: ByteString, flags: ByteString) {
    var pattern: [UInt8] = []
    while !cursor.skip(ascii: "/") {
      pattern.append(contentsOf: cursor.take { $0 != 0x2F && $0 != 0x5C && $0 != 0x24 && $0 != 0x40 })
      if cursor.next == UInt8(ascii: "/") { continue }
      if cursor.skip(ascii: "\\") {
        guard let escaped = cursor.next else { throw cursor.failure("ends inside a regular expression") }
        cursor.advance()
        if escaped != UInt8(ascii: "/") { pattern.append(UInt8(ascii: "\\")) }
        pattern.append(escaped)
      } else if cursor.skip("${\\q($)}") {
        pattern.append(UInt8(ascii: "$"))
      } else if cursor.next == UInt8(ascii: "$"), [UInt8]("/)|".utf8).contains(cursor.second ?? 0) {
        pattern.append(UInt8(ascii: "$"))
        cursor.advance()
      } else {
        throw cursor.failure(
          cursor.next == nil
            ? "ends inside a regular expression" : "has a variable inside a regular expression, which is never read")
      }
    }
    if pattern.withUnsafeBytes({ FreezerText.holdsCode($0) }) {
      throw cursor.failure("has code inside a regular expression, which is never run")
    }
    let flags = ByteString(cursor.take { $0 &- 0x61 < 26 })
    return (ByteString(pattern), flags)
  }
}
