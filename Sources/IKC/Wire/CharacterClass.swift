/// A set of characters: one bit for each of ASCII, and which of the others belong to it.
struct CharacterClass {
  enum Beyond { case none, letters, digits }

  private let low: UInt64
  private let high: UInt64
  private let beyond: Beyond

  private init(low: UInt64, high: UInt64, beyond: Beyond) {
    self.low = low
    self.high = high
    self.beyond = beyond
  }

  /// Whether the ASCII character belongs to it.
  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    (byte < 0x40 ? low : high) >> UInt64(byte & 0x3f) & 1 == 1
  }

  /// Whether the character beyond ASCII belongs to it.
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch beyond {
    case .none: false
    case .letters: scalar.isWord
    case .digits: scalar.isDecimalDigit
    }
  }

  // The bits are those of 0-9; blank, - and . beside them; A-Z a-z and _.

  /// Letters, digits and `_`.
  static let word = CharacterClass(low: 0x03ff_0000_0000_0000, high: 0x07ff_fffe_87ff_fffe, beyond: .letters)
  /// What sessions and states are made of: `-` and blanks as well.
  static let name = CharacterClass(low: 0x03ff_2001_0000_0000, high: 0x07ff_fffe_87ff_fffe, beyond: .letters)
  /// What the plain names of kernels are made of: `.` as well.
  static let kernel = CharacterClass(low: 0x03ff_6001_0000_0000, high: 0x07ff_fffe_87ff_fffe, beyond: .letters)
  /// What mangled paths are made of: no blanks.
  static let path = CharacterClass(low: 0x03ff_6000_0000_0000, high: 0x07ff_fffe_87ff_fffe, beyond: .letters)
  /// What hosts are made of: ASCII letters, digits, `.` and `-`.
  static let host = CharacterClass(low: 0x03ff_6000_0000_0000, high: 0x07ff_fffe_07ff_fffe, beyond: .none)
  /// Decimal digits.
  static let digit = CharacterClass(low: 0x03ff_0000_0000_0000, high: 0, beyond: .digits)
}
