import IKC

/// What a tag says about the Perl value that it stands at.
struct PerlTag {
  enum Kind: String {
    case hash, array, ref, scalar, regexp, code, glob
  }

  let kind: Kind
  /// The class's name; nil where there is none.
  let className: ByteString?

  /// The tag whose octets these are, as libyaml gives them; nil where it is none of Perl's.
  init?(_ octets: [UInt8]) {
    guard var rest = Self.behind("tag:yaml.org,2002:", octets[...]) ?? Self.behind("!", octets[...]) else { return nil }
    guard let name = Self.behind("perl/", rest) else { return nil }
    rest = name
    let parts = rest.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(decoding: parts[0], as: UTF8.self)) else { return nil }
    if kind != .glob, parts.count == 2, !Self.isClassName(parts[1]) { return nil }
    self.kind = kind
    className = parts.count == 2 ? ByteString(Array(parts[1])) : nil
  }

  /// Whether YAML.pm takes the name for a class: word characters, and colons in pairs, not in front.
  static func isClassName(_ name: some Collection<UInt8>) -> Bool {
    guard let first = name.first, first != UInt8(ascii: ":") else { return false }
    var colons = 0
    for byte in name {
      switch byte {
      case UInt8(ascii: ":"): colons += 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        guard colons % 2 == 0 else { return false }
        colons = 0
      default: return false
      }
    }
    return colons % 2 == 0
  }

  private static func behind(_ prefix: String, _ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    octets.starts(with: prefix.utf8) ? octets.dropFirst(prefix.utf8.count) : nil
  }
}
