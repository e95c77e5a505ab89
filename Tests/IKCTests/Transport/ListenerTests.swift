import CUV
import Foundation
import Synchronization
import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5)))
struct ListenerTests {
  @Test(arguments: [Medium.tcp4, .tcp6].filter(Medium.sockets.contains))
  func portZeroGivesTheChosenPort(medium: Medium) async throws {
    let loop = try EventLoop()
    let set = try await ListenerSet.open(on: medium.address, loops: [loop]) { $0.abort() }
    guard case .tcp(let host, let port) = set.address, case .tcp(let asked, _) = medium.address else {
      Issue.record("unexpected \(set.address)")
      return
    }
    #expect(host == asked)
    #expect(port > 0)
    try await loop.stop()
  }

  @Test func aNameIsListenedOnAndConnectedTo() async throws {
    let loop = try EventLoop()
    let accepted = Observed(0)
    let set = try await ListenerSet.open(on: .tcp("localhost", port: 0), loops: [loop]) { connection in
      accepted.update { $0 += 1 }
      connection.abort()
    }
    _ = try await loop.connect(to: set.address, handler: Recorder())
    try await accepted.until { $0 == 1 }
    try await loop.stop()
  }

  @Test func aPortInUseIsRefused() async throws {
    let loops = [try EventLoop(), try EventLoop()]
    let set = try await ListenerSet.open(on: .tcp("127.0.0.1", port: 0), loops: [loops[0]]) { $0.abort() }
    for users in [[loops[0]], loops] {
      let error = await #expect(throws: IKCError.self) {
        try await ListenerSet.open(on: set.address, loops: users) { $0.abort() }
      }
      #expect(error?.code == .listenFailed)
      #expect(error?.message == "can't listen on \(set.address): address already in use (EADDRINUSE)")
    }
    for loop in loops { try await loop.stop() }
  }

  @Test func aSharedPortIsNotSharedWithOthers() async throws {
    let loops = [try EventLoop(), try EventLoop()]
    let set = try await ListenerSet.open(on: .tcp("127.0.0.1", port: 0), loops: loops) { $0.abort() }
    let error = await #expect(throws: IKCError.self) {
      try await ListenerSet.open(on: set.address, loops: loops) { $0.abort() }
    }
    #expect(error?.code == .listenFailed)
    for loop in loops { try await loop.stop() }
  }

  @Test(arguments: [Medium.tcp4, .unix])
  func everyLoopGetsConnections(medium: Medium) async throws {
    let loops = [try EventLoop(), try EventLoop()]
    let seen = Observed([0, 0])
    let set = try await ListenerSet.open(on: medium.address, loops: loops) { connection in
      #expect(connection.isOnLoop)
      let index = connection.loop === loops[0] ? 0 : 1
      seen.update { $0[index] += 1 }
    }
    let client = try EventLoop()
    var connections = 0
    while seen.value.contains(0) && connections < 1000 {
      _ = try await client.connect(to: set.address, handler: Recorder())
      connections += 1
      let count = connections
      try await seen.until { $0[0] + $0[1] == count }
    }
    #expect(!seen.value.contains(0))
    if medium == .unix { #expect(connections == 2) }
    for loop in loops + [client] { try await loop.stop() }
  }

  @Test func aSocketFileIsRemovedWithItsListener() async throws {
    let loop = try EventLoop()
    let path = temporaryPath()
    let set = try await ListenerSet.open(on: .unix(path), loops: [loop]) { $0.abort() }
    #expect(FileManager.default.fileExists(atPath: path))
    try await set.close()
    #expect(!FileManager.default.fileExists(atPath: path))
    try await set.close()
    try await loop.stop()
  }

  @Test func aSocketFileThatAnotherMadeIsNotRemoved() async throws {
    let loop = try EventLoop()
    let path = temporaryPath()
    let first = try await ListenerSet.open(on: .unix(path), loops: [loop]) { $0.abort() }
    try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
    let second = try await ListenerSet.open(on: .unix(path), loops: [loop]) { $0.abort() }
    try await first.close()
    #expect(FileManager.default.fileExists(atPath: path))
    try await second.close()
    #expect(!FileManager.default.fileExists(atPath: path))
    try FileManager.default.removeItem(atPath: path + ".moved")
    try await loop.stop()
  }

  @Test func aStaleSocketFileIsReplaced() async throws {
    let path = temporaryPath()
    let address = try #require(SocketAddress(path: path))
    let descriptor = address.withPointer { ikc_listen($0, 1, 0, 0) }
    #expect(descriptor >= 0)
    close(descriptor)
    #expect(FileManager.default.fileExists(atPath: path))

    let loop = try EventLoop()
    let accepted = Observed(0)
    let set = try await ListenerSet.open(on: .unix(path), loops: [loop]) { _ in accepted.update { $0 += 1 } }
    _ = try await loop.connect(to: set.address, handler: Recorder())
    try await accepted.until { $0 == 1 }
    try await set.close()
    try await loop.stop()
  }

  @Test func aLiveSocketFileIsRefused() async throws {
    let loop = try EventLoop()
    let path = temporaryPath()
    let set = try await ListenerSet.open(on: .unix(path), loops: [loop]) { $0.abort() }
    let error = await #expect(throws: IKCError.self) {
      try await ListenerSet.open(on: .unix(path), loops: [loop]) { $0.abort() }
    }
    #expect(error?.code == .listenFailed)
    #expect(error?.message == "can't listen on unix:\(path): another server answers there")
    _ = try await loop.connect(to: set.address, handler: Recorder())
    try await set.close()
    try await loop.stop()
  }

  @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
    let path = temporaryPath()
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    let loop = try EventLoop()
    let error = await #expect(throws: IKCError.self) {
      try await ListenerSet.open(on: .unix(path), loops: [loop]) { $0.abort() }
    }
    #expect(error?.code == .listenFailed)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    try FileManager.default.removeItem(atPath: path)
    try await loop.stop()
  }

  @Test func aPathThatIsTooLongIsRefused() async throws {
    let loop = try EventLoop()
    let address = Address.unix("/tmp/" + String(repeating: "x", count: 200))
    let error = await #expect(throws: IKCError.self) {
      try await ListenerSet.open(on: address, loops: [loop]) { $0.abort() }
    }
    #expect(error?.code == .invalidArgument)
    let other = await #expect(throws: IKCError.self) { try await loop.connect(to: address, handler: Recorder()) }
    #expect(other?.code == .invalidArgument)
    try await loop.stop()
  }

  @Test(arguments: [Medium.tcp4, .unix])
  func connectionsOverTheMaximumWaitForRoom(medium: Medium) async throws {
    let loops = [try EventLoop(), try EventLoop()]
    let client = try EventLoop()
    var options = ListenOptions()
    options.concurrency = 3
    let open = Observed<[Connection]>([])
    let set = try await ListenerSet.open(on: medium.address, loops: loops, options: options) { connection in
      connection.handler = Recorder()
      open.update { $0.append(connection) }
    }
    for _ in 0..<8 { _ = try await client.connect(to: set.address, handler: Recorder()) }
    try await open.until { $0.count == 3 }
    for loop in loops { try await loop.perform {} }
    #expect(open.value.count == 3)
    for round in 0..<5 {
      let connection = open.value[round]
      try await connection.loop.perform { connection.abort() }
      try await open.until { $0.count == round + 4 }
    }
    #expect(open.value.count == 8)
    for loop in loops + [client] { try await loop.stop() }
  }

  @Test func aPausedListenerLeavesConnectionsWaiting() async throws {
    let loop = try EventLoop()
    let client = try EventLoop()
    let accepted = Observed(0)
    let set = try await ListenerSet.open(on: Medium.tcp4.address, loops: [loop]) { _ in accepted.update { $0 += 1 } }
    set.setPaused(true)
    try await loop.perform {}
    _ = try await client.connect(to: set.address, handler: Recorder())
    try await loop.perform {}
    #expect(accepted.value == 0)
    set.setPaused(false)
    try await accepted.until { $0 == 1 }
    try await loop.stop()
    try await client.stop()
  }
}
