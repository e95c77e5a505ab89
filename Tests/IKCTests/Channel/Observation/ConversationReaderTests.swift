import Testing

@testable import IKC

/// Every recorded conversation, read along as a tap does.
struct ConversationReaderTests {
  private typealias Side = ConversationReader.Side

  /// What was said, as the recordings tell it and as the reader does.
  private struct Heard: Equatable {
    var lines: [String] = []
    /// Bytes of the frames' bodies.
    var frames: [Int] = []
  }

  private struct Listener {
    var heard: [Side: Heard] = [.client: Heard(), .server: Heard()]
    var messages: [ObservedMessage] = []
    var serializer: String?
    var lost: [Side] = []
    var unreadable: [String] = []

    mutating func take(_ side: Side, _ item: ConversationReader.Item) {
      switch item {
      case .line(let line): heard[side]?.lines.append(line)
      case .agreed(_, let serializer): self.serializer = serializer
      case .message(let message):
        heard[side]?.frames.append(message.size)
        messages.append(message)
      case .unreadable(let reason, let size):
        heard[side]?.frames.append(size)
        unreadable.append(reason)
      case .lost: lost.append(side)
      }
    }
  }

  private static func listen(
    to events: [(side: Side, bytes: [UInt8])], serializers: [any Serializer] = [StorableSerializer()]
  ) -> Listener {
    var reader = ConversationReader(serializers: serializers)
    var listener = Listener()
    for (side, bytes) in events {
      bytes.withUnsafeBytes { bytes in reader.read(bytes, from: side) { listener.take($0, $1) } }
    }
    reader.end(of: .client) { listener.take($0, $1) }
    return listener
  }

  private static func events(_ transcript: Transcript) -> [(side: Side, bytes: [UInt8])] {
    transcript.events.map { ($0.from == "client" ? .client : .server, $0.bytes) }
  }

  private static func recorded(_ transcript: Transcript, _ side: Side) -> Heard {
    var heard = Heard()
    for item in transcript.decoded where item.from == side.rawValue {
      if let frame = item.frame {
        heard.frames.append(frame.length)
      } else if let line = item.line ?? item.lineHex.map({ String(decoding: Transcript.octets($0), as: UTF8.self) }) {
        heard.lines.append(line)
      }
    }
    return heard
  }

  /// A LF that comes late counts as a line there, or jams the frames; to us it belongs to the CR before.
  private static let lateNewline: Set = [
    "raw-classic-cr-then-lf-later", "raw-ikc0-cr-then-lf-later", "raw-ikc0-crlf-split-early",
  ]

  @Test(arguments: Transcript.all.filter { !lateNewline.contains($0.name) })
  func `hears what was recorded`(_ transcript: Transcript) {
    let listener = Self.listen(to: Self.events(transcript))
    #expect(listener.heard[.server] == Self.recorded(transcript, .server))
    // What was broken on purpose is not told in the recordings.
    guard !transcript.name.hasPrefix("raw-badframe") else { return }
    #expect(listener.heard[.client] == Self.recorded(transcript, .client))
    // A client driven by hand may write in another serializer than the one agreed on.
    guard transcript.hasRealClient, let serializer = listener.serializer else { return }
    #expect(serializer == transcript.codec)
  }

  @Test(arguments: Transcript.all.filter { $0.name.contains("full") || $0.name.contains("errors") })
  func `does not mind how the bytes are cut`(_ transcript: Transcript) {
    let whole = Self.listen(to: Self.events(transcript))
    let single = Self.listen(
      to: Self.events(transcript).flatMap { event in event.bytes.map { (event.side, [$0]) } })
    #expect(single.heard == whole.heard)
    #expect(single.messages.map(\.value) == whole.messages.map(\.value))
  }

  @Test func `tells what messages are for`() throws {
    let transcript = try Transcript.named("ikc0-lite-errors")
    let messages = Self.listen(to: Self.events(transcript)).messages
    #expect(
      messages.map(\.kind) == [.call, .error, .call, .error, .post, .error, .call, .post, .call, .post, .call, .error])
    #expect(messages[0].event?.hasSuffix("/test/nosuch") == true)
    #expect(messages[0].params.int == 1)
    #expect(messages[0].rsvp == "poe://Lite/IKCLite/response0")
    #expect(messages[0].from == "poe://Lite/IKCLite")
    #expect(messages[1].params[0]?.text?.hasPrefix("Session 'test' has not published") == true)
  }

  private static let setup: [(side: Side, bytes: [UInt8])] = [
    (.client, Array("SETUP KERNEL=a;FREEZER=Storable;PID=1\r\n".utf8)),
    (.server, Array("SETUP KERNEL=b;FREEZER=Storable;PID=2\r\n".utf8)),
  ]

  @Test func `a message that can't be read does not end the reading`() throws {
    let good = try StorableSerializer().encode(["event": "poe://b/s/e", "params": 1])
    let frames = Array("3\0abc".utf8) + Array("\(good.count)\0".utf8) + good
    let listener = Self.listen(to: Self.setup + [(.client, frames)])
    #expect(listener.unreadable.count == 1)
    #expect(listener.messages.map(\.event) == ["poe://b/s/e"])
  }

  @Test func `what is no frame ends the reading of that side alone`() throws {
    let good = try StorableSerializer().encode(["event": "poe://a/s/e"])
    let listener = Self.listen(
      to: Self.setup + [
        (.client, Array("junk and more".utf8)), (.server, Array("\(good.count)\0".utf8) + good), (.client, [1, 2, 3]),
      ])
    #expect(listener.lost == [.client])
    #expect(listener.messages.count == 1)
  }

  @Test func `frames in a serializer that is not known are counted`() {
    let listener = Self.listen(
      to: [
        (.client, Array("SETUP KERNEL=a;FREEZER=Other::One;PID=1\r\n".utf8)),
        (.server, Array("SETUP KERNEL=b;FREEZER=Other::One;PID=2\r\n3\0abc".utf8)),
      ])
    #expect(listener.heard[.server]?.frames == [3])
    #expect(listener.unreadable == ["the serializer Other::One is not known here"])
  }

  @Test func `frames that come before the answer to SETUP are read once it is there`() throws {
    let good = try StorableSerializer().encode(["event": "poe://b/s/e"])
    let early = Self.setup[0].bytes + Array("\(good.count)\0".utf8) + good
    let listener = Self.listen(to: [(.client, early), Self.setup[1]])
    #expect(listener.messages.count == 1)
  }

  @Test func `junk of any kind is only reported`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      var events = Bool.random(using: &random) ? Self.setup : []
      for _ in 0..<20 {
        let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = ["HELLO\r\n", "SETUP x\r\n", "WORLD\r\n", "UP\r\n", "5\0", "\n", "NOT\n"].randomElement(
          using: &random)
        events.append((Bool.random(using: &random) ? .client : .server, bytes + Array((text ?? "").utf8)))
      }
      _ = Self.listen(to: events)
    }
  }
}
