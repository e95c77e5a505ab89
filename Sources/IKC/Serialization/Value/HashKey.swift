extension Value.Hash {
  /// A key of a Perl hash: bytes, or text with the UTF-8 flag.
  ///
  /// Keys compare as Perl compares them, by character: text that holds no character above 255 equals
  /// the bytes of the same numbers.
  public struct Key: Sendable {
    enum Form: Sendable {
      /// Bytes that never had the flag.
      case bytes(ByteString)
      /// Text whose characters are all below 256, a byte each.
      case narrow(ByteString)
      /// Text with a character above 255, or that is no valid UTF-8, as its UTF-8.
      case wide(ByteString)
    }

    let form: Form

    /// A key of bytes.
    @inline(__always)
    public init(_ bytes: ByteString) { form = .bytes(bytes) }

    /// A text key; one that is plain ASCII is the same as bytes.
    public init(_ text: String) {
      let bytes = ByteString(text)
      self = bytes.isASCII ? Key(bytes) : Key(utf8: bytes)
    }

    /// A key that had the UTF-8 flag, from its UTF-8, which need not be valid.
    init(utf8: ByteString) {
      if let narrow = utf8.withUnsafeBytes({ Text.latin1(fromUTF8: $0) }) {
        form = .narrow(ByteString(narrow))
      } else {
        form = .wide(utf8)
      }
    }

    /// A key that had the UTF-8 flag, from the characters' numbers, all below 256.
    @inline(__always)
    init(latin1: ByteString) { form = .narrow(latin1) }

    /// Whether the key had the UTF-8 flag.
    public var isText: Bool {
      if case .bytes = form { false } else { true }
    }

    /// The key as text: nil where it is neither valid UTF-8 nor flagged text.
    public var text: String? {
      switch form {
      case .bytes(let bytes), .wide(let bytes): bytes.text
      case .narrow(let bytes): bytes.withUnsafeBytes { Text.latin1($0) }
      }
    }

    /// The octets as Perl keeps them: bytes as they are, text as UTF-8.
    public var bytes: ByteString {
      switch form {
      case .bytes(let bytes), .wide(let bytes): bytes
      case .narrow(let bytes): ByteString(bytes.withUnsafeBytes { Text.utf8(fromLatin1: $0) })
      }
    }

    /// What is compared: the bytes, one a character unless `isWide`.
    @inline(__always)
    var stored: ByteString {
      switch form {
      case .bytes(let bytes), .narrow(let bytes), .wide(let bytes): bytes
      }
    }

    @inline(__always)
    var isWide: Bool {
      if case .wide = form { true } else { false }
    }
  }
}

extension Value.Hash.Key: Hashable {
  /// Whether both name the same element of a Perl hash.
  @inline(__always)
  public static func == (left: Self, right: Self) -> Bool {
    left.stored == right.stored && left.isWide == right.isWide
  }

  /// Feeds the characters to `hasher`.
  @inline(__always)
  public func hash(into hasher: inout Hasher) { stored.hash(into: &hasher) }
}

extension Value.Hash.Key: ExpressibleByStringLiteral {
  /// The key of that text.
  public init(stringLiteral value: String) { self.init(value) }
}

extension Value.Hash.Key: CustomStringConvertible {
  /// The key's text, or its bytes as characters.
  public var description: String { text ?? stored.description }
}
