/// A line of the negotiation, by its form alone; whether it fits is for the phase to say.
///
/// Words count exactly: case and blanks matter. What a case carries is valid as long as the line is.
enum NegotiationLine {
  /// `HELLO`
  case hello
  /// `HELLO IKC` and one digit: a version that neither side speaks.
  case helloVersion
  /// `SETUP ` and at least one byte behind it.
  case setup(fields: UnsafeRawBufferPointer)
  /// Another line that begins with `SETUP`.
  case bareSetup
  /// `IAM`, white space, a name of letters, digits and `_ . : -`.
  case iam(name: UnsafeRawBufferPointer)
  /// `FREEZER`, white space, a package of letters, digits and `_ : -`.
  case freezer(package: UnsafeRawBufferPointer)
  case done
  case world
  case up
  case ok
  case not
  /// Anything else, also the empty line.
  case unknown

  /// Reads a line that comes without its end.
  init(_ line: UnsafeRawBufferPointer) {
    switch line.first {
    case UInt8(ascii: "S") where line.hasPrefix("SETUP"):
      self = line.count > 6 && line[5] == .blank ? .setup(fields: Self.rest(of: line, from: 6)) : .bareSetup
    case UInt8(ascii: "I"):
      if let name = Self.argument(of: "IAM", in: line), KernelName.isAnnounceable(name) {
        self = .iam(name: name)
      } else {
        self = .unknown
      }
    case UInt8(ascii: "F"):
      if let package = Self.argument(of: "FREEZER", in: line), Self.isPackage(package) {
        self = .freezer(package: package)
      } else {
        self = .unknown
      }
    case UInt8(ascii: "H") where line.hasPrefix("HELLO"):
      if line.count == 5 {
        self = .hello
      } else if line.count == 10, line.hasPrefix("HELLO IKC"), line[9].isDigit {
        self = .helloVersion
      } else {
        self = .unknown
      }
    default:
      self =
        switch line.count {
        case 2 where line.hasPrefix("OK"): .ok
        case 2 where line.hasPrefix("UP"): .up
        case 3 where line.hasPrefix("NOT"): .not
        case 4 where line.hasPrefix("DONE"): .done
        case 5 where line.hasPrefix("WORLD"): .world
        default: .unknown
        }
    }
  }

  /// What follows `word` and white space.
  private static func argument(of word: StaticString, in line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard line.hasPrefix(word) else { return nil }
    let space = rest(of: line, from: word.utf8CodeUnitCount)
    guard let start = space.firstIndex(where: { !$0.isLineSpace }), start > 0 else { return nil }
    return rest(of: space, from: start)
  }

  private static func isPackage(_ package: UnsafeRawBufferPointer) -> Bool {
    package.allSatisfy { $0.isWord || $0 == .colon || $0 == .dash }
  }

  private static func rest(of line: UnsafeRawBufferPointer, from start: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: line[start...])
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes begin with `text`.
  func hasPrefix(_ text: StaticString) -> Bool {
    let size = text.utf8CodeUnitCount
    guard count >= size else { return false }
    for index in 0..<size where self[index] != text.utf8Start[index] { return false }
    return true
  }
}

extension ByteWriter {
  /// Appends the UTF-8 of `text`.
  mutating func write(text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Appends the texts with commas between them.
  mutating func write(list: [String]) {
    for (index, text) in list.enumerated() {
      if index > 0 { write(.comma) }
      write(text: text)
    }
  }

  /// Appends `word` as a line of its own.
  mutating func write(line word: StaticString) {
    write(utf8: word)
    write(utf8: "\r\n")
  }

  /// Appends `word`, a blank and `argument` as a line of its own.
  mutating func write(line word: StaticString, _ argument: String) {
    write(utf8: word)
    write(.blank)
    write(text: argument)
    write(utf8: "\r\n")
  }
}
