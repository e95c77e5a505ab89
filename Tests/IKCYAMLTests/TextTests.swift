import IKC
import IKCYAML
import Testing

@Suite("YAML text")
struct TextTests {
  @Test("strings come back as the bytes that they are")
  func stringsSurvive() throws {
    let texts = [
      "", " ", "~", "-", "=", "a: b", "a #b", "- x", "? x", "'", "\"", "it's", "a\\b", "\\\"", "x\": y", "\\", "*1",
      "&1", "!x", "%41", "%EE%80%AA", "100%", "|", ">", "a |", "a |2", "a >-", "[", "{}", ",", "a,b", "@a", "`a", "#",
      "\t", "a\tb", "\ta", "a\n", "\n", "a\nb", " a\nb", "line one\nline two\n  indented\n\nlast line of it",
      "line one of it, and some more\nline two\n\n\n", "\nfirst is empty, and then some more text\nend",
      "  blanks in front of the first of these lines\nend", "---", "...", "--- x", "null", "true", "1e3", "0x1F",
      "\u{85}\u{2028}\u{FEFF}é☺😀", "\u{7F}", "\r\n", "\0", "<<", "?", ":", "a:", ":a", "http://x/y?z", "key: [1",
      "a\u{a0}", "it's: \"quoted\"", "\n  \n", "x\n\ty is indented by a tab, which is rather long",
    ]
    for text in texts {
      let expected = Value.bytes(ByteString(text))
      #expect(try Value(yaml: try YAMLSerializer().encode([.string(text)])) == [expected], "\(text.debugDescription)")
      let hash = try Value(
        yaml: try YAMLSerializer().encode([.hash(Value.Hash([(Value.Hash.Key(text), .string(text))]))]))
      #expect(hash == [.hash(Value.Hash([(Value.Hash.Key(ByteString(text)), expected)]))], "\(text.debugDescription)")
    }
  }

  @Test("text of several lines comes back as a document of its own")
  func rootTextSurvives() throws {
    for text in ["one line of it, and one more\n  indented\nlast", "\nbegins with an empty line and goes on\nend\n\n"] {
      #expect(try Value(yaml: try Value.string(text).yaml) == .bytes(ByteString(text)))
    }
  }

  @Test("all bytes come back")
  func bytesSurvive() throws {
    let all = ByteString((0...255).map { UInt8($0) })
    let high = ByteString((0x7F...0xFF).map { UInt8($0) })
    for bytes in [all, high] {
      #expect(try Value(yaml: try YAMLSerializer().encode([.bytes(bytes)])) == [.bytes(bytes)])
    }
  }

  @Test("long words and long keys come back")
  func longWordsSurvive() throws {
    let word = String(repeating: "w", count: 5000)
    let words = (0..<2000).map { "word\($0)" }.joined(separator: " ")
    let binary = ByteString((0..<3000).map { UInt8(truncatingIfNeeded: $0 | 0x80) })
    let hash: Value = [
      Value.Hash.Key(word): 1, Value.Hash.Key(words): .bytes(binary), Value.Hash.Key(binary): [.string(word)],
    ]
    let expected: Value = [
      Value.Hash.Key(word): "1", Value.Hash.Key(words): .bytes(binary),
      Value.Hash.Key(binary): [.bytes(ByteString(word))],
    ]
    #expect(try Value(yaml: try YAMLSerializer().encode(hash)).yaml == expected.yaml)
    let name = String(repeating: "C", count: 300)
    let object = Value.special(.object(Value.Object(className: ByteString(name), content: [1])))
    #expect(try Value(yaml: try object.yaml, keepsClasses: true).yaml == object.yaml)
  }

  @Test("scalars are written as YAML.pm writes them")
  func writesScalars() throws {
    #expect(
      try Value.array([nil, true, false, 5, 0.5, .double(.infinity), .uint(.max)]).yaml
        == "---\n- ~\n- 1\n- ''\n- 5\n- 0.5\n- Inf\n- 18446744073709551615\n")
    #expect(try Value.string("plain").yaml == "--- plain\n")
    #expect(try Value.array([.reference("x"), .special(.weak([1]))]).yaml == "---\n- !!perl/ref\n  =: x\n-\n  - 1\n")
  }

  @Test("of several documents the last one counts")
  func readsTheLastDocument() throws {
    #expect(try Value(yaml: "--- &1 a\n--- b\n") == .bytes("b"))
    // Anchors end with their document.
    #expect(throws: IKCError.self) { try Value(yaml: "--- &1 a\n--- *1\n") }
  }

  @Test("what YAML has no form for is refused")
  func refusesTheUnrepresentable() throws {
    let values: [Value] = [
      .special(.tied(Value.Tied(kind: .hash, object: []))),
      .special(.tiedElement(Value.TiedElement(object: [], selector: .index(1)))),
      .special(.hook(Value.Hook(className: "C", frozen: "x"))),
      .special(.object(Value.Object(className: "odd name", content: []))),
      .special(.object(Value.Object(className: "C", content: 5))),
    ]
    for value in values {
      let error = #expect(throws: IKCError.self) { try YAMLSerializer().encode([value]) }
      #expect(error?.code == .cannotEncode)
    }
  }
}
