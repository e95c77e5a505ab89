import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct ExecTests {
  private static func server(_ options: String...) async throws -> DemoServer { try await DemoServer(options) }

  @Test func `parameters go in as JSON, and the result comes out as JSON or text`() async throws {
    let server = try await Self.server(
      "--exec", "sh/cat=cat", "--exec", "sh/text=echo hello; echo world", "--exec", "sh/none=cat >/dev/null",
      "--exec", "sh/deaf=echo 1", "--exec", "other/count=wc -c")
    #expect(try await server.call("sh/cat", #"{"a":[1,"xé",null]}"#) == ["a": [1, "xé", nil]])
    #expect(try await server.call("sh/cat") == nil)
    #expect(try await server.call("sh/text") == "hello\nworld")
    #expect(try await server.call("sh/none", "[1]") == nil)
    let long = String(repeating: "x", count: 300_000)
    // It reads nothing of what it is given.
    #expect(try await server.call("sh/deaf", "\"\(long.prefix(100_000))\"") == 1)
    #expect(try await server.call("other/count", "\"abc\"") == 6)
  }

  @Test func `another status than 0 is an error with the last line of stderr`() async throws {
    let server = try await Self.server(
      "--exec", "sh/fail=echo out; echo first >&2; echo 'no such user' >&2; echo >&2; exit 3",
      "--exec", "sh/mute=exit 4", "--exec", "sh/killed=kill -9 $$", "--exec", "sh/missing=/no/such/program")
    try await Tool.expectFailure(server.run("call", "sh/fail"), 1, naming: "no such user.  Request poe://")
    try await Tool.expectFailure(server.run("call", "sh/mute"), 1, naming: "the command ended with status 4")
    try await Tool.expectFailure(server.run("call", "sh/killed"), 1, naming: "the command was ended by signal 9")
    try await Tool.expectFailure(server.run("call", "sh/missing"), 1, naming: "/no/such/program")
  }

  @Test func `a command that takes too long is killed with all that it started`() async throws {
    let folder = try ScratchFolder()
    let file = folder.path("pid")
    let server = try await Self.server(
      "--exec-timeout", "0.3", "--exec", "sh/slow=sleep 300 & echo $! > \(file); wait",
      "--exec", "sh/closed=exec >&- 2>&-; sleep 300")
    try await Tool.expectFailure(server.run("call", "sh/slow"), 1, naming: "the command took more than 0.3 seconds")
    try await Tool.expectFailure(server.run("call", "sh/closed"), 1, naming: "the command took more than 0.3 seconds")
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
    let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    while Self.isAlive(process) { await Task.yield() }
  }

  @Test func `commands do not hold up the kernel, and only so many run at once`() async throws {
    let folder = try ScratchFolder()
    let gate = folder.path("gate")
    let server = try await Self.server(
      "--demo", "--exec-limit", "2",
      "--exec", "sh/wait=echo x >> \(gate).started; while [ ! -e \(gate) ]; do sleep 0.01; done; echo done")
    let callers = try (0..<4).map { _ in
      try ChildProcess(Tool.path, ["call", "--connect", server.address, "sh/wait"])
    }
    func started() -> Int { (try? Data(contentsOf: URL(fileURLWithPath: gate + ".started")).count / 2) ?? 0 }
    while started() < 2 { await Task.yield() }
    #expect(try await server.call("demo/add", "[1, 2]") == 3)
    #expect(started() == 2)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    for caller in callers { #expect(await caller.outcome().text == "\"done\"\n") }
    #expect(started() == 4)
  }

  /// Commands that are started at the same time would get each other's pipes, and hold them open.
  @Test func `a command inherits its three streams and nothing else`() async throws {
    let server = try await Self.server("--exec-limit", "16", "--exec", "sh/open=cd /dev/fd && echo *; :")
    let callers = try (0..<48).map { _ in
      try ChildProcess(Tool.path, ["call", "--connect", server.address, "sh/open"])
    }
    for caller in callers {
      let open = await caller.outcome().text.split { !$0.isNumber }.compactMap { Int($0) }
      // The shell opens the folder that it lists.
      #expect(Array(open.prefix(3)) == [0, 1, 2] && open.count <= 4, "\(open)")
    }
  }

  @Test func `commands end with the server`() async throws {
    let folder = try ScratchFolder()
    let file = folder.path("pid")
    let server = try await Self.server("--exec", "sh/slow=echo $$ > \(file); exec sleep 300")
    let caller = try ChildProcess(Tool.path, ["call", "--connect", server.address, "sh/slow"])
    defer { caller.kill() }
    var process: Int32?
    while process == nil {
      process = (try? Data(contentsOf: URL(fileURLWithPath: file)))
        .flatMap { Int32(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) }
      await Task.yield()
    }
    server.process.signal(SIGTERM)
    #expect(await server.process.outcome().status == 0)
    while Self.isAlive(try #require(process)) { await Task.yield() }
  }

  @Test(arguments: [
    "sh", "sh/x", "sh/x=", "=true", "/x=true", "x=true", "IKC/ping=true", "poe://k/s/e=true", "s/e?a=true",
  ])
  func `what names no event or no command ends with status 2`(_ binding: String) async throws {
    try await Tool.expectFailure(Tool.run(["serve", "--exec", binding]), 2)
  }

  @Test func `limits that make no sense end with status 2`() async throws {
    try await Tool.expectFailure(Tool.run(["serve", "--exec-limit", "0"]), 2)
    try await Tool.expectFailure(Tool.run(["serve", "--exec-timeout", "0"]), 2)
  }

  /// Whether the process runs; one that has ended and was not waited for does not.
  private static func isAlive(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 else { return false }
    let status = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/stat"))) ?? Data()
    return !String(decoding: status, as: UTF8.self).contains(") Z ")
  }
}
