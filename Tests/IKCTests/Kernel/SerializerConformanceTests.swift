import IKC
import TestSupport
import Testing

/// What holds between two kernels whatever serializer they agree on.
@Suite("Every serializer", .timeLimit(.minutes(5)))
struct SerializerConformanceTests {
  private struct Failure: Error, CustomStringConvertible {
    let description = "no such luck"
  }

  /// Two kernels that speak it; the server has what the tests call.
  private static func pair(
    _ subject: SerializerUnderTest, _ transport: TestTransport = .tcp4, posts: Collector<Value> = Collector()
  ) async throws -> KernelPair {
    let pair = try await KernelPair(transport, server: subject.configuration, client: subject.configuration) { server in
      let session = server.session("test")
      session.on("echo") { (value: Value) in value }
      session.on("sum") { (numbers: [Int]) in numbers.reduce(0, +) }
      session.on("fail") { (_: Event) throws -> Int in throw Failure() }
      session.on("nothing") { (_: Event) in Value.undef }
      session.on("note") { (value: Value) -> Void in posts.add(value) }
      session.on("back") { (event: Event) throws -> Void in try event.sender.post("note", try event.params) }
      try session.publish("echo", "sum", "fail", "nothing", "note", "back")
    }
    #expect(pair.channel.serializer == subject.serializer.package)
    return pair
  }

  @Test(arguments: SerializerUnderTest.all, TestTransport.allCases)
  func `calls and posts get through`(_ subject: SerializerUnderTest, _ transport: TestTransport) async throws {
    let posts = Collector<Value>()
    let pair = try await Self.pair(subject, transport, posts: posts)
    #expect(try await pair.client.call("poe://Server/test/sum", [1, 2, 3], as: Int.self) == 6)
    #expect(try await pair.client.call("poe://Server/test/nothing", as: Value.self) == .undef)
    for number in 1...100 { try pair.client.post("poe://Server/test/note", number) }
    #expect(try await posts.first(100).map(\.int) == Array(1...100))
    _ = try await pair.client.ping("Server")
    await pair.shutdown()
  }

  @Test(arguments: SerializerUnderTest.all)
  func `a sender posts back`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.pair(subject)
    let answers = Collector<String>()
    let session = pair.client.session("asker")
    session.on("note") { (text: String) -> Void in answers.add(text) }
    try session.publish("note")
    try session.post("poe://Server/test/back", "hello")
    #expect(try await answers.first(1) == ["hello"])
    await pair.shutdown()
  }

  @Test(arguments: SerializerUnderTest.all)
  func `errors arrive as such`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.pair(subject)
    for (state, text) in [
      ("fail", "no such luck"), ("missing", "Session 'test' has not published state 'missing'."),
    ] {
      let error = await #expect(throws: IKCError.self) {
        try await pair.client.call(Specifier("poe://Server/test/\(state)"), 1, as: Value.self)
      }
      #expect(error?.code == .remote && error?.message.contains(text) == true)
    }
    // The wrong type is the caller's error as well, and names the path.
    let error = await #expect(throws: IKCError.self) {
      try await pair.client.call("poe://Server/test/sum", ["1", "two"], as: Int.self)
    }
    #expect(error?.message.contains("params[1]: \"two\" is no Int") == true)
    #expect(try await pair.client.call("poe://Server/test/sum", [4], as: Int.self) == 4)
    await pair.shutdown()
  }

  @Test(arguments: SerializerUnderTest.all)
  func `what can't be encoded fails at once, and the channel goes on`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.pair(subject)
    // As deep as no serializer writes.
    var deep = Value.array([])
    for _ in 0..<1500 { deep = [deep] }
    let error = #expect(throws: IKCError.self) { try pair.client.post("poe://Server/test/note", deep) }
    #expect(error?.code == .cannotEncode)
    if !subject.holdsAnyBytes {
      #expect(throws: IKCError.self) {
        try pair.client.post("poe://Server/test/note", Value.bytes(ByteString([0xFF])))
      }
    }
    if !subject.holdsAnyNumber {
      #expect(throws: IKCError.self) { try pair.client.post("poe://Server/test/note", Double.infinity) }
    }
    #expect(try await pair.client.call("poe://Server/test/sum", [4], as: Int.self) == 4)
    await pair.shutdown()
  }

  @Test(arguments: SerializerUnderTest.all)
  func `large values get through`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.pair(subject)
    let text = String(repeating: subject.holdsAnyText ? "0123456789abcdé ☺\n" : "0123456789abcde\n", count: 60_000)
    let echoed = try await pair.client.call("poe://Server/test/echo", text, as: String.self)
    #expect(echoed == text)
    let numbers = Array(0..<20_000)
    #expect(try await pair.client.call("poe://Server/test/sum", numbers, as: Int.self) == numbers.reduce(0, +))
    let table = Dictionary(uniqueKeysWithValues: (0..<5000).map { ("key \($0)", ["value": $0]) })
    #expect(try await pair.client.call("poe://Server/test/echo", table, as: [String: [String: Int]].self) == table)
    await pair.shutdown()
  }

  @Test(arguments: SerializerUnderTest.all)
  func `text and bytes get through`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.pair(subject)
    let texts = subject.sendable([
      "", "plain", "é", "\u{100}", "☺😀🇩🇪", "e\u{301}", "\u{FEFF}x", "\u{85}\u{2028}", "\0", "a\tb\r\nc\n", "'\"\\",
      "- a: [b]",
      "~", "null", "\u{10FFFF}", " x ", "#",
    ])
    #expect(try await pair.client.call("poe://Server/test/echo", texts, as: [String].self) == texts)
    // To Swift, é is one key in either form.
    let table = Dictionary(texts.map { ($0, $0) }) { first, _ in first }
    #expect(try await pair.client.call("poe://Server/test/echo", table, as: [String: String].self) == table)
    if subject.keepsText {
      let value = try await pair.client.call("poe://Server/test/echo", ["☺"], as: Value.self)
      #expect(value == [.string("☺")])
    }
    if !subject.holdsAnyText {
      for value in [["☺"], [.hash(["é": 1])]] as [Value] {
        let error = #expect(throws: IKCError.self) { try pair.client.post("poe://Server/test/note", value) }
        #expect(error?.code == .cannotEncode && error?.message.contains("as bytes") == true)
      }
      let encoded = Value.bytes(ByteString("☺"))
      #expect(try await pair.client.call("poe://Server/test/echo", encoded, as: String.self) == "☺")
    }
    if subject.holdsAnyBytes {
      let bytes = Value.bytes(ByteString((0...255).map { UInt8($0) }))
      #expect(try await pair.client.call("poe://Server/test/echo", bytes, as: Value.self) == bytes)
    }
    await pair.shutdown()
  }

  @Test func `formats that have numbers and booleans get them`() async throws {
    let values: Value = [
      .bool(true), .bool(false), .int(5_000_000_000), .int(-300), .int(.min), .double(0.1 + 0.2), .double(1e300), nil,
    ]
    for serializer in [JSONSerializer(), BencodeSerializer()] as [any Serializer] {
      let pair = try await Self.pair(SerializerUnderTest(serializer: serializer))
      #expect(try await pair.client.call("poe://Server/test/echo", values, as: Value.self) == values)
      let codable = ["flag": [true], "none": [nil]]
      #expect(
        try await pair.client.call("poe://Server/test/echo", codable, as: Value.self) == [
          "flag": [true], "none": [nil],
        ])
      #expect(
        try await pair.client.call("poe://Server/test/echo", [5e9, 0.1 + 0.2], as: Value.self)
          == [.int(5_000_000_000), .double(0.1 + 0.2)])
      await pair.shutdown()
    }
  }

  @Test func `the first of the client's serializers that the server has is used`() async throws {
    var server = Configuration()
    server.serializers = [StorableSerializer(), BencodeSerializer(), JSONSerializer()]
    var client = Configuration()
    for negotiation in [NegotiationProtocol.ikc, .ikc0] {
      client.negotiation = negotiation
      for (serializers, chosen) in [
        ([JSONSerializer(), StorableSerializer()] as [any Serializer], "JSON"),
        ([BencodeSerializer(), JSONSerializer()], "Convert::Bencode"),
      ] {
        client.serializers = serializers
        let pair = try await KernelPair(server: server, client: client)
        #expect(pair.channel.serializer == chosen)
        await pair.shutdown()
      }
    }
  }
}
