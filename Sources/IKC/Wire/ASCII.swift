/// The characters that the wire's grammars tell apart.
extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let blank = UInt8(ascii: " ")
  static let asterisk = UInt8(ascii: "*")
  static let comma = UInt8(ascii: ",")
  static let dash = UInt8(ascii: "-")
  static let dot = UInt8(ascii: ".")
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")
  static let underscore = UInt8(ascii: "_")

  /// Whether it is `0` to `9`.
  var isDigit: Bool { self &- 0x30 < 10 }

  /// Whether it is an ASCII letter, digit or underscore.
  var isWord: Bool { (self | 0x20) &- 0x61 < 26 || isDigit || self == .underscore }

  /// Whether it is white space that can stand inside a line.
  var isLineSpace: Bool { self == .blank || self == .tab || self == 0x0b || self == 0x0c }
}

extension Unicode.Scalar {
  /// Whether Perl's `\d` takes it.
  var isDecimalDigit: Bool { properties.generalCategory == .decimalNumber }

  /// Whether Perl's `\w` takes it.
  var isWord: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: true
    default: properties.isAlphabetic || properties.isJoinControl
    }
  }
}
