import Foundation
import TestSupport
import Testing

/// The README's programs are those of `Examples/`, and they run.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
  }

  @Test(arguments: ["TimeServer", "TimeClient"])
  func `the README shows the example as it is built, in less than 20 lines`(_ name: String) throws {
    let example = try Self.text("Examples/\(name)/main.swift")
    #expect(try Self.text("README.md").contains("```swift\n\(example)```\n"))
    #expect(example.split(separator: "\n", omittingEmptySubsequences: false).count <= 20)
  }

  @Test func `the example's client talks to the example's server`() async throws {
    let folder = try ScratchFolder()
    let address = "unix:" + folder.path("socket")
    let server = try ChildProcess(ChildProcess.product("TimeServer"), [address])
    defer { server.kill() }
    while !FileManager.default.fileExists(atPath: folder.path("socket")) { await Task.yield() }
    let outcome = try await ChildProcess.run(ChildProcess.product("TimeClient"), [address])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text == "the sum is 6\ntick 1\ntick 2\ntick 3\n")
  }
}
