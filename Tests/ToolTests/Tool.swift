import Foundation
import TestSupport
import Testing

/// The built `ikc`.
enum Tool {
  static let path = ChildProcess.product("ikc")

  /// Runs `ikc` to its end.
  static func run(_ arguments: [String], input: [UInt8] = []) async throws -> ChildProcess.Outcome {
    try await ChildProcess.run(path, arguments, input: input)
  }

  /// Checks that a command failed as the contract says: the status, nothing on stdout, one line on stderr.
  static func expectFailure(
    _ outcome: ChildProcess.Outcome, _ status: Int32, naming text: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.errors.hasPrefix("ikc: "), sourceLocation: sourceLocation)
    #expect(outcome.errors.filter(\.isNewline).count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    if let text { #expect(outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation) }
  }

  /// Checks that a command was done and printed one line, which it returns as JSON.
  static func json(_ outcome: ChildProcess.Outcome, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.filter { $0 == UInt8(ascii: "\n") }.count == 1, sourceLocation: sourceLocation)
    return try JSONDecoder().decode(JSON.self, from: Data(outcome.output))
  }
}

/// An `ikc serve --demo` on a free port or a path of its own.
final class DemoServer {
  let process: ChildProcess
  let address: String
  private let folder: ScratchFolder

  init(over transport: Transport = .tcp, _ options: [String] = ["--demo"]) async throws {
    folder = try ScratchFolder()
    let place =
      switch transport {
      case .tcp: "tcp://127.0.0.1:0"
      case .unix: "unix:" + folder.path("socket")
      }
    process = try ChildProcess(Tool.path, ["serve", "--listen", place] + options)
    let line = try #require(await process.nextLine())
    address = try #require(line.wholeMatch(of: #/listening (.+)/#).map { String($0.1) })
  }

  deinit { process.kill() }

  /// Runs `ikc COMMAND --connect` to this server.
  func run(_ command: String, _ arguments: String...) async throws -> ChildProcess.Outcome {
    try await Tool.run([command, "--connect", address] + arguments)
  }

  /// The result of `ikc call`.
  func call(_ arguments: String...) async throws -> JSON {
    try Tool.json(await Tool.run(["call", "--connect", address] + arguments))
  }
}

enum Transport: CaseIterable {
  case tcp
  case unix
}
