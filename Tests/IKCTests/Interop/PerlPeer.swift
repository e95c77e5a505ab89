import Foundation
import TestSupport
import Testing

/// A script of `Peers/` under way.
final class PerlPeer {
  enum Script: String, Sendable {
    case client, server
    /// Those that drive the real library.
    case realClient = "real-client"
    case realServer = "real-server"
    case realLite = "real-lite"
    case realMonitor = "real-monitor"
    case realProxy = "real-proxy"
  }

  /// One line that a script prints.
  struct Report: Decodable, Sendable {
    enum CodingKeys: String, CodingKey {
      case listening, connected, step, value, error, failed, finished, ended, heard
      case remoteError = "remote_error"
    }

    var listening: String?
    var connected: [String]?
    var step: Int?
    var value: JSON?
    var error: String?
    var failed: String?
    var finished: Int?
    var ended: String?
    var heard: String?
    var remoteError: String?
  }

  /// What became of a step.
  enum StepResult: Equatable, Sendable {
    case value(JSON)
    case error(String)

    /// The text of the error, if it is one.
    var error: String? {
      if case .error(let text) = self { text } else { nil }
    }
  }

  private struct Failed: Error {
    let sentence: String
  }

  let process: ChildProcess

  /// Starts a script; servers listen on `address`, clients connect to it.
  init(
    _ script: Script, _ address: String, speaking negotiation: String, name: String? = nil, serializer: String? = nil,
    aliases: [String] = [], steps: [JSON] = []
  ) throws {
    let folder = try #require(Bundle.module.path(forResource: "Peers", ofType: nil))
    let list = String(decoding: try JSONEncoder().encode(JSON.array(steps)), as: UTF8.self)
    process = try ChildProcess(
      "perl",
      ["\(folder)/\(script.rawValue).pl", address, "--protocol", negotiation, "--limit", "60", "--do", list]
        + (name.map { ["--name", $0] } ?? []) + (serializer.map { ["--serializer", $0] } ?? [])
        + aliases.flatMap { ["--alias", $0] })
  }

  deinit { process.kill() }

  /// The next line; throws where the script has ended or failed.
  func report() async throws -> Report {
    guard let line = await process.nextLine() else {
      let outcome = await process.outcome()
      throw Failed(sentence: "the script has ended: \(outcome.text) \(outcome.errors)")
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(line.utf8))
    if let failure = report.failed { throw Failed(sentence: failure) }
    return report
  }

  /// The first of the following lines that has the field.
  func first<Field>(_ field: (Report) -> Field?) async throws -> Field {
    while true {
      if let value = field(try await report()) { return value }
    }
  }

  /// What became of the next `count` steps, in order.
  func results(_ count: Int) async throws -> [StepResult] {
    var results: [StepResult] = []
    while results.count < count {
      let report = try await report()
      guard let step = report.step else { continue }
      #expect(step == results.count)
      results.append(report.error.map { .error($0) } ?? .value(report.value ?? .null))
    }
    return results
  }
}

/// The Perl of this machine.
enum Perl {
  /// Whether the real library is there; CONTRIBUTING.md tells where it comes from.
  static let hasLibrary = has("POE::Component::IKC::Server")

  /// Whether a module is there.
  static func has(_ module: String) -> Bool { ChildProcess.succeeds("perl", ["-M\(module)", "-e", "1"]) }
}
