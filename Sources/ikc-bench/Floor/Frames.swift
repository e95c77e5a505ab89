/// Frames as IKC puts them on the wire: `<decimal length> NUL <body>`.
enum Frames {
  /// A frame of the given size whose body is filler.
  static func frame(bodyLength: Int) -> [UInt8] {
    frame(body: [UInt8](repeating: UInt8(ascii: "x"), count: bodyLength))
  }

  static func frame(body: [UInt8]) -> [UInt8] {
    Array(String(body.count).utf8) + [0] + body
  }

  /// The bodies of the complete frames at the start of `bytes`.
  static func bodies(of bytes: [UInt8]) -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0),
      let length = Int(String(decoding: rest[..<end], as: UTF8.self)),
      length >= 0, rest.endIndex - end - 1 >= length
    {
      let body = rest[(end + 1)..<(end + 1 + length)]
      bodies.append(Array(body))
      rest = rest[body.endIndex...]
    }
    return bodies
  }
}
