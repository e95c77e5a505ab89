import Foundation
import TestSupport
import Testing

/// `ikc serve --workers`, seen from outside.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WorkersTests {
  /// Whether a process lives, or has not been waited for.
  private static func exists(_ id: Int32) -> Bool { kill(id, 0) == 0 }

  /// Waits for a condition in other processes, of which nobody tells; fails after a minute.
  private static func eventually(
    _ what: Comment, _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
      guard ContinuousClock.now < deadline else {
        Issue.record(what, sourceLocation: sourceLocation)
        throw CancellationError()
      }
      await Task.yield()
    }
  }

  private static func pid(_ server: DemoServer) async throws -> Int32 {
    let outcome = try await server.run("call", "demo/pid")
    return try #require(Int32(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(outcome.errors)")
  }

  private static func end(_ server: DemoServer, workers: some Sequence<Int32>) async {
    server.process.signal(SIGTERM)
    #expect(await server.process.outcome().status == 0)
    for worker in workers { #expect(!exists(worker)) }
  }

  @Test func `all workers answer, and none outlives SIGTERM`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "2", "--concurrency", "1"])
    var seen: Set<Int32> = []
    // A connection takes up one worker, so that the other one answers; then it is the other way round.
    try await Self.eventually("only one worker answers") {
      let first = try TestSocket(server.address)
      seen.insert(try await Self.pid(server))
      let second = try TestSocket(server.address)
      withExtendedLifetime(first) {}
      _ = consume first
      seen.insert(try await Self.pid(server))
      withExtendedLifetime(second) {}
      return seen.count == 2
    }
    #expect(!seen.contains(server.process.id))
    await Self.end(server, workers: seen)
  }

  @Test func `workers share a unix socket, whose file goes with the supervisor`() async throws {
    let server = try await DemoServer(over: .unix, ["--demo", "--workers", "2", "--connections", "1"])
    var seen: Set<Int32> = []
    for _ in 0..<4 { seen.insert(try await Self.pid(server)) }
    #expect(seen.count == 4 && !seen.contains(server.process.id))
    await Self.end(server, workers: seen)
    #expect(!FileManager.default.fileExists(atPath: String(server.address.dropFirst("unix:".count))))
  }

  @Test func `a worker that is killed is replaced`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "1"])
    let first = try await Self.pid(server)
    kill(first, SIGKILL)
    let second = try await Self.pid(server)
    #expect(second != first)
    await Self.end(server, workers: [first, second])
  }

  @Test func `a worker that stops is killed for its heart-beat and replaced`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "1", "--heartbeat-timeout", "1"])
    let first = try await Self.pid(server)
    kill(first, SIGSTOP)
    let second = try await Self.pid(server)
    #expect(second != first)
    server.process.signal(SIGTERM)
    let outcome = await server.process.outcome()
    #expect(outcome.errors.contains("heartbeatUnanswered"))
    #expect(!Self.exists(first) && !Self.exists(second))
  }

  @Test func `a worker is replaced after its connections`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "1", "--connections", "2"])
    let pids = [try await Self.pid(server), try await Self.pid(server), try await Self.pid(server)]
    #expect(pids[0] == pids[1] && pids[1] != pids[2])
    await Self.end(server, workers: pids)
  }

  @Test func `a worker that is sent SIGTERM ends in good order and is replaced`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "1"])
    let first = try await Self.pid(server)
    kill(first, SIGTERM)
    try await Self.eventually("it does not end") { !Self.exists(first) }
    #expect(try await Self.pid(server) != first)
    server.process.signal(SIGINT)
    let outcome = await server.process.outcome()
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test func `workers that fail at once are reported and waited for longer and longer`() async throws {
    let process = try ChildProcess(Tool.path, ["serve", "--workers", "1", "--alias", "a/b"])
    #expect(await process.nextLine() != nil)
    try await Self.eventually("it does not back off") { process.errorText.contains("failuresInRow=3") }
    process.signal(SIGTERM)
    #expect(await process.outcome().status == 0)
  }

  @Test func `a call that is under way at SIGTERM gets its answer`() async throws {
    let folder = try ScratchFolder()
    let server = try await DemoServer([
      "--demo", "--workers", "1", "--drain-deadline", "120",
      "--exec",
      "test/wait=touch \(folder.path("begun")); while ! test -e \(folder.path("go")); do sleep 0.02; done; echo 7",
    ])
    let call = try ChildProcess(Tool.path, ["call", "--connect", server.address, "test/wait"])
    try await Self.eventually("it does not begin") { FileManager.default.fileExists(atPath: folder.path("begun")) }
    server.process.signal(SIGTERM)
    try await Self.eventually("it goes on accepting") {
      try await Tool.run(["ping", "--connect", server.address, "--timeout", "0.3"]).status != 0
    }
    #expect(FileManager.default.createFile(atPath: folder.path("go"), contents: nil))
    #expect(await call.outcome().text == "7\n")
    #expect(await server.process.outcome().status == 0)
  }

  @Test func `a second signal kills`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "1", "--drain-deadline", "1000"])
    let worker = try await Self.pid(server)
    kill(worker, SIGSTOP)
    server.process.signal(SIGTERM)
    try await Self.eventually("it does not end") {
      server.process.signal(SIGTERM)
      return !Self.exists(worker)
    }
    #expect(await server.process.outcome().status == 0)
  }

  @Test func `workers whose supervisor was killed end by themselves`() async throws {
    let server = try await DemoServer(["--demo", "--workers", "2"])
    _ = try await Self.pid(server)
    server.process.kill()
    // The workers write to the same streams: these end with the last of them.
    #expect(await server.process.outcome().status == nil)
  }
}
