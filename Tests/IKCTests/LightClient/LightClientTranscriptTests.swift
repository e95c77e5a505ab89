import Dispatch
import IKCYAML
import TestSupport
import Testing

@testable import IKC

/// The recorded conversations of ClientLite, with the light client in its place: it has to send the same bytes, apart
/// from its process id; and to end better where ClientLite did not.
@Suite(.timeLimit(.minutes(5))) struct LightClientTranscriptTests {
  /// What one client said, over one connection after the other.
  struct Recording: Sendable, CustomTestStringConvertible {
    let connections: [Transcript]

    var first: Transcript { connections[0] }
    var testDescription: String { connections.map(\.name).joined(separator: ", ") }
    var isIKC0: Bool { first.peers.serverOptions.protocol == "IKC0" }

    var serializer: any Serializer {
      let known: [any Serializer] = [FreezeThawSerializer(), FreezerSerializer(), YAMLSerializer()]
      return known.first { $0.package == first.codec } ?? StorableSerializer()
    }
  }

  static let recordings: [Recording] = {
    let lite = Transcript.all.filter(\.isLite)
    // The server stays silent there; or refuses Storable, which the real server never does.
    let without = ["rawserver-lite-classic-garbage", "rawserver-lite-classic-refused-freezer"]
    let single = lite.filter { $0.connections == 1 && !without.contains($0.name) }
    // Here ClientLite lost its place among the frames, and connected once more.
    let double = lite.filter { $0.name.hasPrefix("classic-lite-freezer-conn") }
    return single.map { Recording(connections: [$0]) } + [Recording(connections: double)]
  }()

  /// What a client does, read from what ClientLite sent and got.
  private enum Step: Sendable {
    case call(Specifier, Value, list: Bool)
    case post(Specifier, Value)
    case postRespond(Specifier, Value)
    case ping
    case wait(String)
    /// A call that can't be sent.
    case vain
  }

  @Test(arguments: [("Storable", 9), ("FreezeThaw", 3), ("POE::Component::IKC::Freezer", 2), ("YAML", 1)])
  func recordingsAreThere(_ codec: String, _ count: Int) {
    #expect(Self.recordings.filter { $0.first.codec == codec }.count == count, "\(Self.recordings)")
  }

  @Test(arguments: recordings)
  func `says what ClientLite said`(_ recording: Recording) async throws {
    let sent = Collector<[UInt8]>()
    let hasEnded = DispatchSemaphore(value: 0)
    let server = try RawServer(
      recording.connections.map { part in { @Sendable in sent.add(Self.play(part, $0) { hasEnded.signal() }) } })
    let serializer = recording.serializer
    let steps = Self.steps(of: recording)
    let identity = recording.first.client()
    try await blocking {
      var configuration = LightClient.Configuration()
      configuration.negotiation = identity.negotiation
      configuration.serializers = [serializer]
      let client = try LightClient(Address(server.address), name: identity.id, configuration: configuration)
      try client.connect()
      for (number, steps) in steps.enumerated() {
        // What is sent before the server's end has been seen would be lost with the connection.
        if number > 0 { hasEnded.wait() }
        for step in steps { try Self.take(step, client, recording) }
      }
    }
    let said = try await sent.first(recording.connections.count)
    for (part, said) in zip(recording.connections, said) {
      let recorded = Self.pieces(part.stream(of: "client"))
      let ours = Self.pieces(said)
      #expect(ours.count == recorded.count)
      for (ours, recorded) in zip(ours, recorded) {
        if let line = recorded.line {
          #expect(Self.withoutProcess(ours.line ?? "") == Self.withoutProcess(line))
        } else if identity.negotiation == .ikc0, recording.isIKC0, !recorded.isToHash(in: serializer) {
          #expect(ours.frame == recorded.frame)
        } else {
          // In the classic protocol ClientLite calls the peer by the address that it dialled.
          #expect(ours.message(in: serializer) == recorded.message(in: serializer))
        }
      }
    }
  }

  private static func take(_ step: Step, _ client: LightClient, _ recording: Recording) throws {
    switch step {
    case .call(let specifier, let params, let list):
      do {
        _ = try client.call(specifier, params, as: Value.self, wantArray: list)
      } catch {
        // The recorded server has closed, or reported an error, as text.
        #expect(
          error.code == .channelClosed
            ? recording.first.name.hasSuffix("bye") : error.message.contains("Request poe:"), "\(error)")
      }
    case .post(let specifier, let params): try client.post(specifier, params)
    case .postRespond(let specifier, let params): _ = try client.postRespond(specifier, params, as: Value.self)
    case .ping: try client.ping()
    case .wait(let state): _ = try client.responded(state, as: Value.self)
    case .vain:
      let error = #expect(throws: IKCError.self) { try client.call("test/echo", "snowman \u{2603}", as: Value.self) }
      #expect(error?.code == .cannotEncode)
    }
  }

  /// A line or a frame.
  private struct Piece: Sendable {
    var line: String?
    var frame: [UInt8] = []

    func value(in serializer: any Serializer) -> Value {
      frame.withUnsafeBytes { (try? serializer.decode($0)) ?? .undef }
    }

    func isToHash(in serializer: any Serializer) -> Bool { value(in: serializer)["event"]?.hash != nil }

    /// The message with its destination's kernel left out.
    func message(in serializer: any Serializer) -> Value.Hash? {
      guard var hash = value(in: serializer).hash, let event = hash["event"].flatMap({ Specifier.Parts($0) }) else {
        return nil
      }
      hash["event"] = .string("\(event.session)/\(event.state)?\(event.args ?? "")")
      return hash
    }
  }

  private static func withoutProcess(_ line: String) -> Substring {
    line.firstRange(of: ";PID=").map { line[..<$0.lowerBound] } ?? line[...]
  }

  /// What a client sent, in lines and frames; lines begin with a letter.
  private static func pieces(_ bytes: [UInt8]) -> [Piece] {
    var input = InputBuffer()
    bytes.withUnsafeBytes { input.append($0) }
    var result: [Piece] = []
    while input.count > 0 {
      let isFrame = (0x30...0x39).contains(bytes[bytes.count - input.count])
      let piece =
        isFrame
        ? try? input.takeFrame(limit: 1 << 20) { Piece(frame: Array($0)) }
        : try? input.takeLine(limit: 1 << 20) { Piece(line: String(decoding: $0, as: UTF8.self)) }
      guard let piece else { break }
      result.append(piece)
    }
    return result
  }

  /// What the client does over each connection.
  private static func steps(of recording: Recording) -> [[Step]] {
    var responses = 0
    return recording.connections.map { steps(over: $0, in: recording.serializer, &responses) }
  }

  private static func steps(
    over connection: Transcript, in serializer: any Serializer, _ responses: inout Int
  ) -> [Step] {
    var steps: [Step] = []
    for event in connection.events {
      for piece in pieces(event.bytes) where piece.line == nil {
        let value = piece.value(in: serializer)
        let params = value["params"] ?? .undef
        guard event.from == "client" else {
          if value["event"]?["state"]?.text == "YOW" { steps.append(.wait("YOW")) }
          continue
        }
        let specifier: Specifier
        if let text = value["event"]?.text {
          // As its users write it: without the kernel.
          let parts = Specifier.Parts(parsing: text) ?? Specifier.Parts()
          specifier =
            (try? Specifier("\(parts.session)/\(parts.state)" + (parts.args.map { "?\($0)" } ?? ""))) ?? "none"
        } else {
          specifier = Specifier(value["event"].flatMap { Specifier.Parts($0) } ?? Specifier.Parts())
        }
        let rsvp = value["rsvp"] ?? params[1]
        if let number = rsvp?["state"]?.text.flatMap({ Int($0.dropFirst("response".count)) }) {
          // Numbers are missing where ClientLite had an error instead.
          while responses < number {
            steps.append(.vain)
            responses += 1
          }
          responses += 1
        }
        if value["rsvp"]?["state"]?.text == "pong" {
          steps.append(.ping)
        } else if value["rsvp"] != nil {
          steps.append(.call(specifier, params, list: value["wantarray"]?.isTrue == true))
        } else if params[1]?["session"]?.text == "IKCLite" {
          steps.append(.postRespond(specifier, params[0] ?? .undef))
        } else {
          steps.append(.post(specifier, params))
        }
      }
    }
    return steps
  }

  /// Plays the recorded server: says what it said whenever as many lines and frames have come as had come then.
  ///
  /// - Parameter ended: is called once the client can see the end.
  /// - Returns: all that came.
  private static func play(
    _ transcript: Transcript, _ connection: RawServer.Connection, ended: () -> Void
  ) -> [UInt8] {
    var received: [UInt8] = []
    var awaited = 0
    for event in transcript.events {
      if event.from == "server" {
        connection.send(event.bytes)
      } else {
        awaited += pieces(event.bytes).count
        while pieces(received).count < awaited {
          let bytes = connection.receive()
          if bytes.isEmpty { break }
          received += bytes
        }
      }
    }
    connection.endSending()
    ended()
    while case let bytes = connection.receive(), !bytes.isEmpty { received += bytes }
    return received
  }
}
