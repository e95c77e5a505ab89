import IKC

/// A regular expression as Perl prints it, `(?^i:pattern)`, taken apart as YAML.pm does.
struct PerlPattern {
  let regexp: Value.Regexp

  /// The flags that YAML.pm knows, in this order only.
  private static let known: Set<String> = [
    "", "x", "i", "s", "m", "ix", "sx", "mx", "si", "mi", "ms", "six", "mix", "msx", "msi", "msix",
  ]

  /// A text of another form is the pattern itself.
  init(_ octets: [UInt8]) {
    guard octets.starts(with: "(?".utf8), octets.last == UInt8(ascii: ")"),
      let colon = octets.firstIndex(of: UInt8(ascii: ":")),
      octets[2..<colon].allSatisfy({ "^-uxism".utf8.contains($0) })
    else {
      regexp = Value.Regexp(pattern: ByteString(octets))
      return
    }
    // What stands behind a minus is switched off.
    let switchedOn = octets[2..<colon].prefix { $0 != UInt8(ascii: "-") }
    let flags = String(
      decoding: switchedOn.filter { $0 != UInt8(ascii: "^") && $0 != UInt8(ascii: "u") }, as: UTF8.self)
    regexp = Value.Regexp(
      pattern: ByteString(Array(octets[(colon + 1)...].dropLast())),
      flags: ByteString(Self.known.contains(flags) ? flags : ""))
  }
}
