extension ByteWriter {
  /// Appends the octets between single quotes.
  mutating func writeFreezer(quoted octets: UnsafeRawBufferPointer) {
    write(UInt8(ascii: "'"))
    var rest = octets
    while let index = rest.firstIndex(where: { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\\") }) {
      write(UnsafeRawBufferPointer(rebasing: rest[..<index]))
      write(UInt8(ascii: "\\"))
      write(rest[index])
      rest = UnsafeRawBufferPointer(rebasing: rest[(index + 1)...])
    }
    write(rest)
    write(UInt8(ascii: "'"))
  }

  /// Appends text, given as UTF-8 in Perl's extended form, between double quotes unless it is plain ASCII.
  mutating func writeFreezer(text: ByteString) throws(IKCError) {
    if text.isASCII { return text.withUnsafeBytes { writeFreezer(quoted: $0) } }
    write(UInt8(ascii: "\""))
    let isWhole = text.withUnsafeBytes { octets in
      ExtendedUTF8.decode(octets) { writeFreezer(character: $0) }
    }
    guard isWhole else { throw .undumpable("text that is no UTF-8") }
    write(UInt8(ascii: "\""))
  }

  private mutating func writeFreezer(character: UInt64) {
    guard character < 0x80 else {
      write(utf8: "\\x{")
      var digits = String(character, radix: 16)
      digits.withUTF8 { write(UnsafeRawBufferPointer($0)) }
      return write(UInt8(ascii: "}"))
    }
    let byte = UInt8(character)
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "$")
      || byte == UInt8(ascii: "@")
    {
      write(UInt8(ascii: "\\"))
    }
    write(byte)
  }

  /// Appends a key.
  mutating func writeFreezer(_ key: Value.Hash.Key) throws(IKCError) {
    if key.isText { return try writeFreezer(text: key.bytes) }
    key.stored.withUnsafeBytes { writeFreezer(quoted: $0) }
  }

  /// Appends an integer: with quotes where it has more than ten characters.
  mutating func writeFreezer(integer text: String) {
    var text = text
    text.withUTF8 { octets in
      let octets = UnsafeRawBufferPointer(octets)
      if octets.count > 10 { writeFreezer(quoted: octets) } else { write(octets) }
    }
  }

  /// Appends a regular expression, in a form in which Perl finds neither variables nor code.
  mutating func writeFreezer(pattern: ByteString, flags: ByteString) throws(IKCError) {
    guard RegexpText.isWhole(RegexpText.join(pattern: pattern, flags: flags)) else {
      throw .undumpable("a regular expression whose brackets do not match")
    }
    write(utf8: "qr/")
    try pattern.withUnsafeBytes { (octets) throws(IKCError) in
      if FreezerText.holdsCode(octets) { throw .undumpable("a regular expression with code inside") }
      try writeFreezer(pattern: octets)
    }
    write(UInt8(ascii: "/"))
    write(flags)
  }

  private mutating func writeFreezer(pattern: UnsafeRawBufferPointer) throws(IKCError) {
    var index = 0
    while index < pattern.count {
      let byte = pattern[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\\"):
        guard index < pattern.count else { throw .undumpable("a regular expression that ends with a backslash") }
        write(byte)
        write(pattern[index])
        index += 1
      case UInt8(ascii: "/"): write(utf8: "\\/")
      case UInt8(ascii: "@"): write(utf8: "\\@")
      case UInt8(ascii: "$"):
        let isEnd = index == pattern.count || pattern[index] == UInt8(ascii: ")") || pattern[index] == UInt8(ascii: "|")
        if isEnd { write(byte) } else { write(utf8: "${\\q($)}") }
      default: write(byte)
      }
    }
  }
}
