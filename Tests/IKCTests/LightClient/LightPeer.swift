import TestSupport

@testable import IKC

/// The server's end of a light client's connection, as a test plays it.
final class LightPeer {
  private let connection: RawServer.Connection
  private let serializer: any Serializer
  private var input = InputBuffer()

  /// Takes the connection and negotiates.
  init(
    _ connection: RawServer.Connection, id: String = "peer-00000000-00000000-00000001",
    serializer: any Serializer = StorableSerializer()
  ) {
    self.connection = connection
    self.serializer = serializer
    _ = nextLine()
    connection.send("SETUP KERNEL=\(id),Peer;FREEZER=\(serializer.package);PID=1\r\n")
  }

  private func fill() -> Bool {
    let bytes = connection.receive()
    bytes.withUnsafeBytes { input.append($0) }
    return !bytes.isEmpty
  }

  private func nextLine() -> String {
    while true {
      if let line = try? input.takeLine(limit: 65_536, { String(decoding: $0, as: UTF8.self) }) { return line }
      guard fill() else { return "" }
    }
  }

  /// The next message; nil where the client has closed.
  func message() -> Value? {
    while true {
      if let found = try? input.takeFrame(limit: 1 << 30, { try? serializer.decode($0) }) { return found }
      guard fill() else { return nil }
    }
  }

  /// Sends a message.
  func send(_ message: Value) {
    guard let body = try? serializer.encode(message) else { return }
    send(frame: body)
  }

  /// Sends a frame with that body.
  func send(frame body: [UInt8]) { connection.send(Array("\(body.count)\0".utf8) + body) }

  /// Sends bytes as they are.
  func send(raw text: String) { connection.send(text) }

  /// Answers a call.
  func answer(_ call: Value?, _ params: Value) {
    send(["event": call?["rsvp"] ?? .undef, "params": params])
  }

  /// Reports an error as a Perl kernel does.
  func sendError(about request: String, _ text: String = "It failed") {
    send([
      "event": ["kernel": "Lite", "session": "IKC", "state": "remote_error"], "is_error": 1,
      "params": [.string("\(text).  Request \(request) sent by poe://Lite/IKCLite"), "Peer", "check"],
    ])
  }

  /// Says that no more comes, and reads until the client closes.
  func drain() { connection.drain() }
}
