import CUV
import Testing

@testable import IKC

/// The line splitter alone, without a connection.
struct LineSplittingTests {
  /// Feeds packets as a connection does.
  private func split(_ packets: [[UInt8]]) -> [String] {
    var lines: [String] = []
    var held: [UInt8] = []
    var partner: UInt8 = 0
    for packet in packets where !packet.isEmpty {
      var rest = packet[...]
      if partner != 0 {
        rest = rest.dropFirst(packet.withUnsafeBufferPointer { ikc_lines_skip($0.baseAddress, partner) })
        partner = 0
      }
      let scanned = held.count
      held += rest
      var from = scanned
      var line = ikc_line()
      while held.withUnsafeBufferPointer({ ikc_lines_next($0.baseAddress, $0.count, from, &line) }) != 0 {
        lines.append(String(decoding: held.prefix(line.length), as: UTF8.self))
        partner = line.partner
        held.removeFirst(line.consumed)
        from = 0
      }
    }
    return lines
  }

  @Test(arguments: [
    ("a\r\nb\r\n", ["a", "b"]),
    ("a\nb\n", ["a", "b"]),
    ("a\rb\r", ["a", "b"]),
    ("a\n\rb\n\r", ["a", "b"]),
    ("a\r\nb\nc\rd\n\re\r\n", ["a", "b", "c", "d", "e"]),
    ("a\n\nb\n", ["a", "", "b"]),
    ("a\r\rb\r", ["a", "", "b"]),
    ("\r\n\r\n", ["", ""]),
    ("no end", []),
  ])
  func everyEndEndsALine(text: String, lines: [String]) {
    #expect(split([Array(text.utf8)]) == lines)
  }

  @Test func aCutAnywhereChangesNothing() {
    let bytes = Array("HELLO\r\nOK\nOK\rOK\n\rlong line with blanks\r\n".utf8)
    let lines = split([bytes])
    #expect(lines.count == 5)
    for cut in 0...bytes.count {
      #expect(split([Array(bytes[..<cut]), Array(bytes[cut...])]) == lines, "cut at \(cut)")
    }
    #expect(split(bytes.map { [$0] }) == lines)
  }

  @Test func anEndThatComesLastEndsItsLineAtOnce() {
    #expect(split([Array("a\r".utf8)]) == ["a"])
    #expect(split([Array("a\n".utf8)]) == ["a"])
    #expect(split([Array("a\r".utf8), Array("\nb\n".utf8)]) == ["a", "b"])
    #expect(split([Array("a\r".utf8), Array("\rb\n".utf8)]) == ["a", "", "b"])
  }
}
