import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct ServeTests {
  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal ends it cleanly with status 0`(_ signal: Int32) async throws {
    let folder = try ScratchFolder()
    let path = folder.path("socket")
    let server = try ChildProcess(
      Tool.path, ["serve", "--listen", "tcp://127.0.0.1:0", "--listen", "unix:\(path)", "--demo"])
    let first = try #require(await server.nextLine())
    #expect(try #/listening tcp://127\.0\.0\.1:[1-9][0-9]*/#.wholeMatch(in: first) != nil)
    #expect(await server.nextLine() == "listening unix:\(path)")
    #expect(FileManager.default.fileExists(atPath: path))

    server.signal(signal)
    let outcome = await server.outcome()
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `listens on loopback where no address is given`() async throws {
    let server = try ChildProcess(Tool.path, ["serve"])
    let line = try #require(await server.nextLine())
    #expect(line.hasPrefix("listening tcp://127.0.0.1:"))
    server.signal(SIGTERM)
    #expect(await server.outcome().status == 0)
  }

  @Test func `a signal is not lost that comes with the first line`() async throws {
    try await withThrowingTaskGroup { group in
      for _ in 0..<16 {
        group.addTask {
          let server = try ChildProcess(Tool.path, ["serve"], limit: 60)
          _ = await server.nextLine()
          server.signal(SIGTERM)
          #expect(await server.outcome().status == 0)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `an address in use ends with status 3`() async throws {
    let server = try await DemoServer()
    try await Tool.expectFailure(Tool.run(["serve", "--listen", server.address]), 3)
  }

  @Test func `sleepers do not block other callers`() async throws {
    let server = try await DemoServer()
    let sleeper = try ChildProcess(Tool.path, ["call", "--connect", server.address, "demo/sleep", "60000"])
    defer { sleeper.kill() }
    #expect(try await server.call("demo/add", "[1]") == 1)
  }
}
