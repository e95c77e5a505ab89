/// Parses JSON as RFC 8259 defines it, without recursion.
struct JSONParser {
  private enum Open {
    case array([JSONTree])
    case object([JSONTree.Member], name: String)
  }

  private let bytes: UnsafeRawBufferPointer
  private let maximumDepth: Int
  private var index = 0
  private var open: [Open] = []

  private init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  /// The one value that `bytes` hold, with white space around it.
  static func parse(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) throws(IKCError) -> JSONTree {
    var parser = JSONParser(bytes, maximumDepth: maximumDepth)
    let tree = try parser.document()
    parser.skipSpace()
    guard parser.index == bytes.count else { throw parser.failure("has something behind its end") }
    return tree
  }

  private func failure(_ problem: String) -> IKCError {
    IKCError(.cannotDecode, "JSON \(problem) (byte \(index))")
  }

  private mutating func document() throws(IKCError) -> JSONTree {
    while true {
      guard var tree = try begin() else { continue }
      // A complete value ends the containers that it completes.
      while true {
        guard let container = open.popLast() else { return tree }
        guard let ended = try add(tree, to: container) else { break }
        tree = ended
      }
    }
  }

  /// Reads a scalar or an empty container; nil where a container was begun.
  private mutating func begin() throws(IKCError) -> JSONTree? {
    skipSpace()
    guard index < bytes.count else { throw failure("ends too early") }
    switch bytes[index] {
    case UInt8(ascii: "["):
      index += 1
      if take(UInt8(ascii: "]")) { return .array([]) }
      try push(.array([]))
      return nil
    case UInt8(ascii: "{"):
      index += 1
      if take(UInt8(ascii: "}")) { return .object([]) }
      try push(.object([], name: try name()))
      return nil
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func push(_ container: Open) throws(IKCError) {
    guard open.count < maximumDepth else { throw failure("is nested deeper than \(maximumDepth)") }
    open.append(container)
  }

  /// Adds a value to its container; gives that back where it is complete.
  private mutating func add(_ tree: JSONTree, to container: Open) throws(IKCError) -> JSONTree? {
    switch container {
    case .array(var elements):
      elements.append(tree)
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw failure("has no comma between elements") }
      open.append(.array(elements))
    case .object(var members, let name):
      members.append(JSONTree.Member(name: name, value: tree))
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw failure("has no comma between members") }
      open.append(.object(members, name: try self.name()))
    }
    return nil
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func word(_ text: StaticString, _ tree: JSONTree) throws(IKCError) -> JSONTree {
    let end = index + text.utf8CodeUnitCount
    let expected = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard end <= bytes.count, UnsafeRawBufferPointer(rebasing: bytes[index..<end]).elementsEqual(expected) else {
      throw failure("holds a word that is none of true, false, null")
    }
    index = end
    return tree
  }

  private mutating func name() throws(IKCError) -> String {
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw failure("has a member without a name") }
    let name = try string()
    guard take(UInt8(ascii: ":")) else { throw failure("has no colon behind a name") }
    return name
  }

  private mutating func number() throws(IKCError) -> String {
    let start = index
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    let whole = digits()
    let isValid = whole == 1 || whole > 1 && bytes[index - whole] != UInt8(ascii: "0")
    guard isValid else { throw failure("holds something that is no value") }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard digits() > 0 else { throw failure("holds a number that ends with its point") }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      guard digits() > 0 else { throw failure("holds a number without an exponent") }
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index] { index += 1 }
    return index - start
  }

  private mutating func string() throws(IKCError) -> String {
    index += 1
    var octets: [UInt8] = []
    while true {
      let start = index
      while index < bytes.count, bytes[index] >= 0x20, bytes[index] != UInt8(ascii: "\""),
        bytes[index] != UInt8(ascii: "\\")
      {
        index += 1
      }
      octets.append(contentsOf: bytes[start..<index])
      guard index < bytes.count else { throw failure("ends within a string") }
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") { break }
      guard byte == UInt8(ascii: "\\") else { throw failure("has a control character in a string") }
      try escape(&octets)
    }
    guard let text = octets.withUnsafeBytes({ Text.string($0) }) else { throw failure("is not UTF-8") }
    return text
  }

  private mutating func escape(_ octets: inout [UInt8]) throws(IKCError) {
    guard index < bytes.count else { throw failure("ends within a string") }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): octets.append(byte)
    case UInt8(ascii: "b"): octets.append(0x08)
    case UInt8(ascii: "f"): octets.append(0x0C)
    case UInt8(ascii: "n"): octets.append(0x0A)
    case UInt8(ascii: "r"): octets.append(0x0D)
    case UInt8(ascii: "t"): octets.append(0x09)
    case UInt8(ascii: "u"): octets.append(contentsOf: String(Character(try escapedScalar())).utf8)
    default: throw failure("has an unknown escape in a string")
    }
  }

  /// What `\u` stands for, with a second one where the first is the half of a pair.
  private mutating func escapedScalar() throws(IKCError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard 0xD800..<0xDC00 ~= first, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw failure("has half a surrogate pair in a string") }
    index += 2
    let second = try hexadecimal()
    guard 0xDC00..<0xE000 ~= second,
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw failure("has half a surrogate pair in a string") }
    return scalar
  }

  private mutating func hexadecimal() throws(IKCError) -> UInt16 {
    guard index + 4 <= bytes.count else { throw failure("ends within a string") }
    var number: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = Hexadecimal.value(of: bytes[index]) else { throw failure("has an unknown escape in a string") }
      number = number << 4 | UInt16(digit)
      index += 1
    }
    return number
  }
}
