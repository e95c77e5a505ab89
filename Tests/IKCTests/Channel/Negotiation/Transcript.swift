import Foundation
import Testing

@testable import IKC

/// A recorded conversation of `transcripts.jsonl`, as far as its negotiation goes.
struct Transcript: Decodable, Sendable, CustomTestStringConvertible {
  struct Peers: Decodable, Sendable {
    let client: String
    let server: String
    let clientOptions: Options
    let serverOptions: Options

    enum CodingKeys: String, CodingKey {
      case client, server
      case clientOptions = "client_options"
      case serverOptions = "server_options"
    }
  }

  struct Options: Decodable, Sendable {
    let name: String?
    let aliases: [String]?
    let `protocol`: String?
    let serializers: [String]?
    let serialiser: String?
  }

  struct Event: Decodable, Sendable {
    let from: String
    let hex: String

    var bytes: [UInt8] { Transcript.octets(hex) }
  }

  struct Decoded: Decodable, Sendable {
    let from: String
    let line: String?
    let lineHex: String?
    let eol: String?
    let frame: Frame?

    struct Frame: Decodable, Sendable {
      let length: Int
    }

    enum CodingKeys: String, CodingKey {
      case from, line, eol, frame
      case lineHex = "line_hex"
    }

    /// The bytes that a line takes, with its end; nil for a frame.
    var length: Int? {
      guard let eol, line != nil || lineHex != nil else { return nil }
      return (line?.utf8.count ?? 0) + (lineHex?.utf8.count ?? 0) / 2 + eol.utf8.count / 2
    }
  }

  struct Observation: Decodable, Sendable {
    let ev: String
    let what: String?
    let id: String?
  }

  let name: String
  let transport: String
  let codec: String
  let connections: Int
  let peers: Peers
  let placeholders: [String: String]
  let events: [Event]
  let decoded: [Decoded]
  let observedServer: [Observation]?
  let observedClient: [Observation]?

  enum CodingKeys: String, CodingKey {
    case name, transport, codec, connections, peers, placeholders, events, decoded
    case observedServer = "observed_server"
    case observedClient = "observed_client"
  }

  var testDescription: String { name }

  static func octets(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit & 0x0f : (digit & 0x0f) + 9 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }

  /// All recordings, read once.
  static let all: [Transcript] = {
    do {
      let url = try #require(Bundle.module.url(forResource: "Fixtures/transcripts", withExtension: "jsonl"))
      let decoder = JSONDecoder()
      return try Data(contentsOf: url).split(separator: 0x0a).map { try decoder.decode(Transcript.self, from: $0) }
    } catch {
      Issue.record(error)
      return []
    }
  }()

  static func named(_ name: String) throws -> Transcript {
    try #require(all.first { $0.name == name })
  }

  /// Whether both ends, or just that one, were programs of IKC 0.2402 rather than driven by hand.
  var hasRealServer: Bool { peers.server == "peer_server.pl" }
  var hasRealClient: Bool { peers.client != "raw_client.pl" }
  var isLite: Bool { peers.client == "lite_client.pl" }

  /// All that one side sent.
  func stream(of side: String) -> [UInt8] {
    events.filter { $0.from == side }.flatMap(\.bytes)
  }

  /// The part of it that is lines.
  func negotiation(of side: String) -> [UInt8] {
    Array(
      stream(of: side).prefix(
        decoded.filter { $0.from == side }.prefix { $0.length != nil }.compactMap(\.length).reduce(0, +)))
  }

  /// The packages that could be loaded where the recordings were made, apart from the modules that were given as
  /// serializers on purpose.
  static let packages = ["Storable", "FreezeThaw", "POE::Component::IKC::Freezer"]

  /// The recorded server, to be played by us.
  func server() -> LocalIdentity {
    LocalIdentity(
      id: placeholders["SERVER_KERNEL_ID"] ?? "unseen", name: peers.serverOptions.name,
      aliases: peers.serverOptions.aliases ?? [],
      address: placeholders[transport == "unix" ? "UNIX_NAME" : "SERVER_ADDR"] ?? "127.0.0.1:1",
      pid: placeholders["SERVER_PID"].flatMap { Int($0) } ?? 1,
      negotiation: peers.serverOptions.protocol == "IKC0" ? .ikc0 : .ikc, serializers: Self.packages + ["YAML"])
  }

  /// The recorded client, to be played by us. The small client has one name only, and proposes one package.
  func client() -> LocalIdentity {
    let first = String(decoding: stream(of: "client").prefix(5), as: UTF8.self)
    let pid = placeholders["CLIENT_PID"].flatMap { Int($0) } ?? 1
    let negotiation: NegotiationProtocol = first == "SETUP" ? .ikc0 : .ikc
    let name = peers.clientOptions.name ?? placeholders["CLIENT_DEFAULT_NAME"]
    guard !isLite else {
      return LocalIdentity(
        id: name ?? "unseen", pid: pid, negotiation: negotiation,
        serializers: [peers.clientOptions.serialiser ?? "Storable"], defaultSerializer: "Storable")
    }
    return LocalIdentity(
      id: placeholders["CLIENT_KERNEL_ID"] ?? "unseen", name: name, aliases: peers.clientOptions.aliases ?? [],
      address: placeholders[transport == "unix" ? "CLIENT_UNIX_NAME" : "CLIENT_ADDR"] ?? "127.0.0.1:2", pid: pid,
      negotiation: negotiation, serializers: peers.clientOptions.serializers ?? Self.packages,
      defaultSerializer: "Storable")
  }
}
