import IKC

/// A serializer as an application would write it: BitTorrent's bencoding, with `n` for undef, `t` and `f` for
/// booleans, `r` and the bits for floating point numbers, and `u` in front of text.
struct BencodeSerializer: Serializer {
  let package = "Convert::Bencode"

  private static let maximumDepth = 500

  func encode(_ value: Value) throws(IKCError) -> [UInt8] {
    switch value {
    case .undef: return Array("n".utf8)
    case .bool(let flag): return Array((flag ? "t" : "f").utf8)
    case .int(let number): return Array("i\(number)e".utf8)
    case .uint(let number): return Array("i\(number)e".utf8)
    case .double(let number): return Array("r\(number.bitPattern)e".utf8)
    case .bytes(let bytes): return Self.string(bytes)
    case .string(let text): return Array("u".utf8) + Self.string(ByteString(text))
    case .array(let elements):
      var result = Array("l".utf8)
      for element in elements { result += try encode(element) }
      return result + Array("e".utf8)
    case .hash(let elements):
      var result = Array("d".utf8)
      for (key, element) in elements {
        result += try encode(key.isText ? .string(key.text ?? "") : .bytes(key.bytes))
        result += try encode(element)
      }
      return result + Array("e".utf8)
    case .reference, .special: throw IKCError(.cannotEncode, "bencoding knows neither references nor objects")
    }
  }

  private static func string(_ bytes: ByteString) -> [UInt8] { Array("\(bytes.count):".utf8) + bytes.bytes }

  func decode(_ bytes: UnsafeRawBufferPointer) throws(IKCError) -> Value {
    var rest = Array(bytes)[...]
    let value = try Self.value(&rest, depth: 0)
    guard rest.isEmpty else { throw Self.failure }
    return value
  }

  private static var failure: IKCError { IKCError(.cannotDecode, "this is no bencoding") }

  private static func value(_ rest: inout ArraySlice<UInt8>, depth: Int) throws(IKCError) -> Value {
    guard depth < maximumDepth, let first = rest.first else { throw failure }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return .bytes(ByteString(try string(&rest)))
    case UInt8(ascii: "u"):
      rest.removeFirst()
      guard let text = ByteString(try string(&rest)).text else { throw failure }
      return .string(text)
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"):
      rest.removeFirst()
      return first == UInt8(ascii: "n") ? .undef : .bool(first == UInt8(ascii: "t"))
    case UInt8(ascii: "i"):
      let text = try digits(&rest)
      if let number = Int64(text) { return .int(number) }
      guard let number = UInt64(text) else { throw failure }
      return .uint(number)
    case UInt8(ascii: "r"):
      guard let bits = UInt64(try digits(&rest)) else { throw failure }
      return .double(Double(bitPattern: bits))
    case UInt8(ascii: "l"):
      var elements: [Value] = []
      rest.removeFirst()
      while rest.first != UInt8(ascii: "e") { elements.append(try value(&rest, depth: depth + 1)) }
      rest.removeFirst()
      return .array(elements)
    case UInt8(ascii: "d"):
      var elements = Value.Hash()
      rest.removeFirst()
      while rest.first != UInt8(ascii: "e") {
        let key = try key(&rest, depth: depth)
        elements[key] = try value(&rest, depth: depth + 1)
      }
      rest.removeFirst()
      return .hash(elements)
    default: throw failure
    }
  }

  private static func key(_ rest: inout ArraySlice<UInt8>, depth: Int) throws(IKCError) -> Value.Hash.Key {
    switch try value(&rest, depth: depth) {
    case .bytes(let bytes): return Value.Hash.Key(bytes)
    case .string(let text): return Value.Hash.Key(text)
    default: throw failure
    }
  }

  private static func digits(_ rest: inout ArraySlice<UInt8>) throws(IKCError) -> String {
    guard let end = rest.firstIndex(of: UInt8(ascii: "e")) else { throw failure }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
  }

  private static func string(_ rest: inout ArraySlice<UInt8>) throws(IKCError) -> [UInt8] {
    guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
      let count = Int(String(decoding: rest[rest.startIndex..<colon], as: UTF8.self)), count >= 0,
      count <= rest.endIndex - colon - 1
    else { throw failure }
    defer { rest = rest[(colon + 1 + count)...] }
    return Array(rest[(colon + 1)..<(colon + 1 + count)])
  }
}
