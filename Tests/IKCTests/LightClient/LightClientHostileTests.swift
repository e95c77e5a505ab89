import Foundation
import TestSupport
import Testing

@testable import IKC

/// A light client and servers that misbehave.
@Suite(.timeLimit(.minutes(5))) struct LightClientHostileTests {
  private static func client(
    _ server: RawServer, _ change: (inout LightClient.Configuration) -> Void = { _ in }
  ) throws -> LightClient {
    var configuration = LightClient.Configuration()
    change(&configuration)
    return try LightClient(Address(server.address), name: "Lite", configuration: configuration)
  }

  private static func code(_ body: () throws -> Void) -> IKCError.Code? {
    #expect(throws: IKCError.self, performing: body)?.code
  }

  @Test func `a server that says nothing ends the negotiation when its time is up`() async throws {
    let server = try RawServer { $0.drain() }
    try await blocking {
      let client = try Self.client(server) { $0.connectTimeout = .milliseconds(50) }
      #expect(Self.code { try client.connect() } == .timedOut)
      #expect(!client.isConnected)
    }
  }

  @Test(arguments: [
    ("SETUP KERNEL=id;FREEZER=No::Such;PID=1\r\n", IKCError.Code.negotiationFailed),
    ("NOT\r\nNOT\r\n", .negotiationFailed), ("", .negotiationFailed),
    (String(repeating: "x", count: 70_000), .lineTooLong),
    (String(repeating: "?\r\n", count: 2_000), .negotiationFailed),
  ])
  func `a server that talks nonsense is refused`(_ nonsense: String, _ code: IKCError.Code) async throws {
    let server = try RawServer { connection in
      connection.receive(until: "\r\n")
      connection.send(nonsense)
      connection.endSending()
      connection.drain()
    }
    try await blocking { #expect(Self.code { try Self.client(server).connect() } == code) }
  }

  @Test(arguments: [
    ("junk where a frame should be", IKCError.Code.badFrame), ("99999999999\0", .frameTooLong),
    ("5\0abc", .channelClosed), ("", .channelClosed),
  ])
  func `a broken frame ends the connection, and the next call makes a new one`(
    _ bytes: String, _ code: IKCError.Code
  ) async throws {
    let server = try RawServer(
      { connection in
        let peer = LightPeer(connection)
        _ = peer.message()
        peer.send(raw: bytes)
      },
      { connection in
        let peer = LightPeer(connection)
        peer.answer(peer.message(), 2)
        peer.drain()
      })
    try await blocking {
      let client = try Self.client(server)
      #expect(Self.code { _ = try client.call("a/b", as: Int.self) } == code)
      #expect(!client.isConnected)
      #expect(try client.call("a/b", as: Int.self) == 2)
    }
  }

  @Test func `unexpected messages do no harm`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      let call = peer.message()
      peer.send(["event": "poe://Lite/nowhere/x", "params": "post"])
      peer.send(["event": ["kernel": "Lite", "session": "IKCLite", "state": "response99"], "params": "late"])
      peer.send(["event": ["kernel": "Lite", "session": "IKC", "state": "pong"], "params": "PONG"])
      peer.send(["event": .undef, "params": 1])
      peer.send(["nothing": "known"])
      peer.send(["event": ["kernel": "Lite", "session": "IKC", "state": "remote_error"], "params": "plain text"])
      peer.send([1, 2])
      peer.send(frame: [])
      peer.send(frame: [5, 11, 200])
      peer.sendError(about: "poe://Peer/other/place")
      // A peer that calls is told at once that nobody listens, once the client talks again.
      peer.send(["event": "poe://Lite/IKCLite/x", "rsvp": "poe://Peer/s/r", "params": 1])
      peer.answer(call, "right")
      let refusal = peer.message()
      let next = peer.message()
      peer.answer(next, refusal?["params"]?[0] ?? .undef)
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server)
      #expect(try client.call("a/b", as: String.self) == "right")
      #expect(client.lastError?.message.hasPrefix("It failed.") == true)
      #expect(
        try client.call("a/b", as: String.self).hasPrefix("Session 'IKCLite' is not available for remote kernels."))
    }
  }

  @Test func `too many unreadable messages end the connection`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      _ = peer.message()
      for _ in 0..<8 { peer.send(frame: [1, 2, 3]) }
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server)
      #expect(Self.code { _ = try client.call("a/b", as: Int.self) } == .tooManyErrors)
    }
  }

  @Test func `an answer that cannot be read is told as such`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      _ = peer.message()
      peer.send(frame: [1, 2, 3])
      peer.drain()
    }
    try await blocking {
      // Which call it answers shows only when its time is up, and it has to come before.
      let client = try Self.client(server) { $0.callTimeout = .seconds(5) }
      #expect(Self.code { _ = try client.call("a/b", as: Int.self) } == .cannotDecode)
    }
  }

  @Test(arguments: UnreadAnswerTests.broken)
  func `an answer that cannot be read but is known as such fails its call at once`(
    _ broken: UnreadAnswerTests.Broken
  ) async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection, serializer: broken.serializer)
      // One that is too late means nothing.
      for _ in 0..<12 {
        let state = peer.message()?["rsvp"]?["state"]?.text ?? ""
        peer.send(frame: broken.body("response0"))
        peer.send(frame: broken.body(state))
        peer.answer(peer.message(), 2)
      }
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server) { $0.serializers = [broken.serializer] }
      for _ in 0..<12 {
        let error = #expect(throws: IKCError.self) { try client.call("a/b", as: Int.self) }
        #expect(error?.code == .cannotDecode)
        #expect(error?.message.hasPrefix("the answer can't be read: ") == true)
        #expect(error?.peer == client.kernel && error?.specifier?.hasSuffix("/a/b") == true)
        #expect(try client.call("a/b", as: Int.self) == 2)
      }
    }
  }

  @Test func `errors of a Perl kernel go to the post or the call that they are about`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      // Two posts and a call to one place: all three fail.
      for _ in 0..<2 { _ = peer.message() }
      _ = peer.message()
      peer.sendError(about: "poe://Peer/a/b", "First")
      peer.sendError(about: "poe://Peer/a/b", "Second")
      peer.sendError(about: "poe://Peer/a/b", "Third")
      // A post that fails, a call that does not.
      _ = peer.message()
      let call = peer.message()
      peer.sendError(about: "poe://Peer/a/b", "Fourth")
      peer.answer(call, 4)
      // A post that does not fail, a call that does.
      _ = peer.message()
      _ = peer.message()
      peer.sendError(about: "poe://Peer/a/b", "Fifth")
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server)
      for _ in 0..<2 { try client.post("a/b") }
      let error = #expect(throws: IKCError.self) { try client.call("a/b", as: Int.self) }
      #expect(error?.message.hasPrefix("Third.") == true)
      #expect(client.lastError?.message.hasPrefix("Second.") == true)
      try client.post("a/b")
      #expect(try client.call("a/b", as: Int.self) == 4)
      #expect(client.lastError?.message.hasPrefix("Fourth.") == true)
      try client.post("a/b")
      let late = #expect(throws: IKCError.self) { try client.call("a/b", as: Int.self, timeout: .seconds(5)) }
      #expect(late?.code == .remote)
      #expect(late?.message.hasPrefix("Fifth.") == true)
    }
  }

  @Test func `a peer that talks without end does not hold up a call for ever`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      _ = peer.message()
      // Ends when the client has closed: sending fails then, and so does the last read.
      for _ in 0..<20_000 { peer.send(["event": "poe://Lite/nowhere/x", "params": "noise"]) }
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server)
      #expect(Self.code { _ = try client.call("a/b", as: Int.self, timeout: .milliseconds(100)) } == .timedOut)
      client.disconnect()
    }
  }

  @Test func `events that nobody asks for are dropped, the oldest first`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      let call = peer.message()
      for number in 0..<1_030 {
        peer.send([
          "event": ["kernel": "Lite", "session": "IKCLite", "state": "tick"], "params": .int(Int64(number)),
        ])
      }
      peer.answer(call, 1)
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server)
      #expect(try client.call("a/b", as: Int.self) == 1)
      #expect(client.droppedEvents == 6)
      #expect(try client.responded("tick", as: Int.self) == 6)
      #expect(try client.responded("tick", as: Int.self) == 7)
      #expect(Self.code { _ = try client.responded("tock", as: Int.self, timeout: .milliseconds(20)) } == .timedOut)
      #expect(try client.responded("tick", as: Int.self) == 8)
    }
  }

  @Test func `events are kept though the connection ends`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      let call = peer.message()
      peer.send(["event": ["kernel": "Lite", "session": "IKCLite", "state": "tick"], "params": 1])
      peer.answer(call, 1)
    }
    try await blocking {
      let client = try Self.client(server)
      #expect(try client.call("a/b", as: Int.self) == 1)
      #expect(Self.code { try client.ping() } == .channelClosed)
      #expect(!client.isConnected)
      #expect(try client.responded("tick", as: Int.self) == 1)
      #expect(Self.code { _ = try client.responded("tick", as: Int.self) } == .channelClosed)
    }
  }

  @Test func `a peer with an id that no specifier can hold is talked to`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection, id: "a b/c")
      let call = peer.message()
      peer.answer(call, call?["event"] ?? .undef)
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server)
      #expect(try client.call("s/e", as: String.self) == "poe://Peer/s/e")
      #expect(client.kernel == "a b/c")
    }
  }

  @Test func `a peer that reads nothing makes a post fail, not hang`() async throws {
    let done = DispatchSemaphore(value: 0)
    let server = try RawServer { connection in
      _ = LightPeer(connection)
      done.wait()
    }
    try await blocking {
      let client = try Self.client(server)
      try client.connect()
      let text = String(repeating: "x", count: 32 << 20)
      #expect(Self.code { try client.post("a/b", text, timeout: .milliseconds(50)) } == .timedOut)
      #expect(!client.isConnected)
      done.signal()
    }
  }

  @Test func `a peer that talks without end and reads nothing makes a post fail as well`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      // Sending fails once the client has closed; it reads only what comes during the post.
      for _ in 0..<200_000 { peer.send(["event": "poe://Lite/nowhere/x", "params": "noise"]) }
    }
    try await blocking {
      let client = try Self.client(server)
      let text = String(repeating: "x", count: 32 << 20)
      #expect(Self.code { try client.post("a/b", text, timeout: .milliseconds(100)) } == .timedOut)
    }
  }

  @Test func `a message that was sent is not sent again`() async throws {
    let calls = Collector<Value>()
    let server = try RawServer(
      { connection in
        let peer = LightPeer(connection)
        if let call = peer.message() { calls.add(call) }
      },
      { connection in
        let peer = LightPeer(connection)
        while let call = peer.message() { calls.add(call) }
      })
    try await blocking {
      let client = try Self.client(server)
      #expect(Self.code { _ = try client.call("a/b", 1, as: Int.self) } == .channelClosed)
      try client.post("a/b", 2)
      client.disconnect()
    }
    let seen = try await calls.first(2)
    #expect(seen.map { $0["params"]?.int } == [1, 2])
  }

  @Test func `a message over the limit is refused here`() async throws {
    let server = try RawServer { connection in
      let peer = LightPeer(connection)
      peer.answer(peer.message(), 1)
      peer.drain()
    }
    try await blocking {
      let client = try Self.client(server) { $0.maximumFrameLength = 1_000 }
      #expect(Self.code { try client.post("a/b", String(repeating: "x", count: 1_000)) } == .frameTooLong)
      #expect(try client.call("a/b", as: Int.self) == 1)
    }
  }
}
