/// Writes JSON on one line, and no more of it than it may.
struct JSONWriter: ~Copyable {
  private var writer = ByteWriter(capacity: 256)
  private let maximumSize: Int

  init(maximumSize: Int) { self.maximumSize = maximumSize }

  /// What has been written.
  var bytes: [UInt8] { [UInt8](writer.bytes) }

  /// Throws where the text has become too long.
  func check() throws(IKCError) {
    if writer.count > maximumSize {
      throw IKCError(.cannotEncode, "JSON of this value would have more than \(maximumSize) bytes")
    }
  }

  mutating func write(_ text: StaticString) { writer.write(utf8: text) }

  /// Text that is JSON already.
  mutating func write(raw text: String) {
    var text = text
    text.withUTF8 { writer.write(UnsafeRawBufferPointer($0)) }
  }

  /// A string with its quotes.
  mutating func write(string text: String) {
    var text = text
    text.withUTF8 { text in
      let bytes = UnsafeRawBufferPointer(text)
      writer.write(UInt8(ascii: "\""))
      var start = 0
      for (index, byte) in bytes.enumerated()
      where byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        writer.write(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
        escape(byte)
        start = index + 1
      }
      writer.write(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      writer.write(UInt8(ascii: "\""))
    }
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): writer.write(utf8: "\\\"")
    case UInt8(ascii: "\\"): writer.write(utf8: "\\\\")
    case 0x08: writer.write(utf8: "\\b")
    case 0x0C: writer.write(utf8: "\\f")
    case 0x0A: writer.write(utf8: "\\n")
    case 0x0D: writer.write(utf8: "\\r")
    case 0x09: writer.write(utf8: "\\t")
    default:
      writer.write(utf8: "\\u00")
      writer.write(Hexadecimal.digit(byte >> 4))
      writer.write(Hexadecimal.digit(byte & 15))
    }
  }
}
