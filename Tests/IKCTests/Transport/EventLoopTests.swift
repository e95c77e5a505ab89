import CUV
import Foundation
import Synchronization
import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5)))
struct EventLoopTests {
  @Test func workRunsOnTheLoopInOrder() async throws {
    let loop = try EventLoop(name: "a name of more than fifteen bytes")
    let seen = Observed<[Int]>([])
    for index in 0..<1000 {
      loop.execute {
        #expect(loop.isCurrent)
        seen.update { $0.append(index) }
      }
    }
    let all = try await seen.until { $0.count == 1000 }
    #expect(all == Array(0..<1000))
    #expect(!loop.isCurrent)
    try await loop.stop()
    #expect(!loop.execute {})
  }

  @Test func timersFireInTheirOrderUnlessCancelled() async throws {
    let loop = try EventLoop()
    let seen = Observed<[String]>([])
    try await loop.perform {
      loop.schedule(after: .milliseconds(30)) { seen.update { $0.append("late") } }
      loop.schedule(after: .milliseconds(10)) { seen.update { $0.append("early") } }
      let cancelled = loop.schedule(after: .milliseconds(20)) { seen.update { $0.append("never") } }
      loop.schedule(after: .zero) {
        cancelled.cancel()
        cancelled.cancel()
      }
    }
    let all = try await seen.until { $0.contains("late") }
    #expect(all == ["early", "late"])
    try await loop.stop()
  }

  @Test func durationsAreRoundedUpToMilliseconds() {
    #expect(Duration.zero.wholeMilliseconds == 0)
    #expect(Duration.seconds(-1).wholeMilliseconds == 0)
    #expect(Duration.nanoseconds(1).wholeMilliseconds == 1)
    #expect(Duration.milliseconds(1500).wholeMilliseconds == 1500)
    #expect(Duration.seconds(Int64.max).wholeMilliseconds == UInt64.max / 2)
  }

  @Test func aStoppingLoopEndsWhatLivesOnIt() async throws {
    let loop = try EventLoop()
    let recorder = Recorder()
    let outcome = Observed<Result<Bool, IKCError>?>(nil)
    let set = try await ListenerSet.open(on: .tcp("127.0.0.1", port: 0), loops: [loop]) { $0.handler = recorder }
    let client = try EventLoop()
    let connection = try await client.connect(to: set.address, handler: recorder)
    try await loop.perform {
      loop.schedule(after: .seconds(3600)) { Issue.record("a timer of a stopped loop fired") }
      // The resolver's answer, or the connection, comes too late.
      loop.connect(to: .tcp("localhost", port: 1), timeout: .seconds(3600)) { result in
        outcome.update { $0 = result.map { _ in true } }
      }
    }
    try await loop.stop()
    #expect(outcome.value != nil)
    try await loop.stop()
    try await client.stop()
    #expect(connection.isClosed)
  }

  @Test func aLoopThatNeverRanNeedsNoStop() throws {
    _ = try EventLoop()
  }

  @Test func anAdoptedLoopIsLeftAsItWasFound() throws {
    let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    defer { uv.deallocate() }
    #expect(uv_loop_init(uv) == 0)
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    let wasBlocked = sigismember(&mask, SIGPIPE)

    let loop = try EventLoop(adopting: uv)
    #expect(loop.isCurrent)
    // Idle, it does not keep the application's loop alive.
    #expect(uv_run(uv, UV_RUN_DEFAULT) == 0)

    let clientSide = Recorder()
    let serverSide = Recorder(onFrames: { connection, _ in connection.send(frame("pong")) })
    let client = Mutex<Connection?>(nil)
    let stopped = Mutex(false)
    ListenerSet.open(
      on: .tcp("127.0.0.1", port: 0), loops: [loop],
      hooks: AcceptHooks { connection, _ in
        connection.handler = serverSide
        connection.startReading()
        connection.send("GO\n")
      },
      completion: { result in
        guard let set = try? result.get() else { return }
        loop.connect(to: set.address, timeout: .seconds(10)) { result in
          guard let connection = try? result.get() else { return }
          connection.handler = clientSide
          connection.startReading()
          connection.send(Array("GO\n".utf8) + frame("ping"))
          client.withLock { $0 = connection }
        }
      })
    while clientSide.heard.value.frames.isEmpty { uv_run(uv, UV_RUN_ONCE) }
    #expect(clientSide.heard.value.frames == [Array("pong".utf8)])
    #expect(uv_loop_alive(uv) != 0)

    loop.stop { stopped.withLock { $0 = true } }
    while !stopped.withLock({ $0 }) { uv_run(uv, UV_RUN_NOWAIT) }
    #expect(uv_loop_alive(uv) == 0)
    #expect(clientSide.heard.value.closes == 1)
    #expect(serverSide.heard.value.closes == 1)
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    #expect(sigismember(&mask, SIGPIPE) == wasBlocked)
    #expect(uv_loop_close(uv) == 0)
  }

  @Test func workOfTheLoopsOwnThreadIsDoneBeforeASleep() throws {
    let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    defer { uv.deallocate() }
    #expect(uv_loop_init(uv) == 0)
    let loop = try EventLoop(adopting: uv)
    let turns = Mutex(0)
    #expect(uv_run(uv, UV_RUN_DEFAULT) == 0)
    loop.execute {
      turns.withLock { $0 += 1 }
      loop.execute { turns.withLock { $0 += 1 } }
    }
    // Whoever embeds the loop is told not to sleep, and the loop does not end before the work is done.
    #expect(uv_backend_timeout(uv) == 0)
    #expect(uv_run(uv, UV_RUN_DEFAULT) == 0)
    #expect(turns.withLock { $0 } == 2)
    #expect(uv_loop_alive(uv) == 0)
    loop.stop()
    #expect(uv_run(uv, UV_RUN_DEFAULT) == 0)
    #expect(uv_loop_close(uv) == 0)
  }

  /// How many of this process's descriptors are sockets with `path` at either end: other tests open descriptors as well.
  private func sockets(at path: String) -> Int {
    (0..<20_000).count { descriptor in
      [false, true].contains { SocketAddress(descriptor: descriptor, peer: $0)?.endpoint == .unix(path: path) }
    }
  }

  @Test func noDescriptorLeaks() async throws {
    let path = temporaryPath()
    let loop = try EventLoop()
    let clientLoop = try EventLoop()
    let serverSide = Recorder()
    let set = try await ListenerSet.open(on: .unix(path), loops: [loop]) { connection in
      connection.handler = serverSide
      connection.startReading()
    }
    for round in 0..<200 {
      let recorder = Recorder()
      let connection = try await clientLoop.connect(to: set.address, handler: recorder)
      if round == 0 { #expect(sockets(at: path) >= 2) }
      try await clientLoop.perform { round % 2 == 0 ? connection.abort() : connection.finish() }
      try await recorder.heard.until { $0.closes == 1 }
    }
    try await serverSide.heard.until { $0.closes == 200 }
    #expect(sockets(at: path) == 1, "more than the listener is left")
    try await set.close()
    #expect(sockets(at: path) == 0)
    try await loop.stop()
    try await clientLoop.stop()
  }

  @Test func aPeerThatIsGoneDoesNotEndTheProcess() async throws {
    for medium in Medium.sockets {
      let link = try await Link.open(medium)
      try await link.server.loop.perform { link.server.abort() }
      for _ in 0..<100 {
        link.client.send(frame([UInt8](repeating: 0, count: 10000)))
        try await link.client.loop.perform {}
      }
      try await link.clientSide.heard.until { $0.closes == 1 }
      try await link.close()
    }
  }
}
