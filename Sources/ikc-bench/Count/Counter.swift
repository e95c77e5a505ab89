import Foundation
import IKC

/// Runs a case under callgrind, twice: what the second run has more, its additional events have cost. That leaves out the
/// start, the negotiation and whatever else happens once.
struct Counter {
  var settings: Settings
  /// Events in the shorter run; the longer one has twice as many.
  var count: UInt64

  struct Figures {
    var instructions: Double
    var allocations: Double
  }

  func figures(_ work: CountCase) async throws -> Figures {
    let short = try await profile(work, count)
    let long = try await profile(work, count * 2)
    func each(_ short: Int, _ long: Int) -> Double { Double(long - short) / Double(count) }
    guard long.instructions > short.instructions else {
      throw Failure(
        "callgrind counted nothing in \(work.function): was the program built with other options, or stripped?")
    }
    return Figures(
      instructions: each(short.instructions, long.instructions),
      allocations: each(short.allocations, long.allocations))
  }

  private func profile(_ work: CountCase, _ events: UInt64) async throws -> CallgrindProfile {
    let file = FileManager.default.temporaryDirectory.appending(path: "ikc-bench-\(getpid())-\(UUID()).callgrind")
    defer { try? FileManager.default.removeItem(at: file) }
    let valgrind = [
      "valgrind", "--quiet", "--tool=callgrind", "--callgrind-out-file=\(file.path)",
      "--toggle-collect=\(work.function)", try executable().path,
    ]
    // How often a loop looks for events is a matter of time.
    let serve = ["serve", "--busy-polling", "0", "--end-with-stdin", "--listen", settings.freshAddress().description]
    let server = try ServerProcess(
      executable: URL(fileURLWithPath: "/usr/bin/env"),
      arguments: (work.side == .server ? valgrind : [try executable().path]) + serve)
    do {
      switch work.side {
      case .server: try await drive(work, server.address, events)
      case .client:
        let arguments = [
          "drive", work.rawValue, "--connect", server.address.description, "--count", String(events), "--fenced",
        ]
        try await Self.run(valgrind + arguments)
      }
    } catch {
      server.stop()
      throw error
    }
    // The end of its input ends the server in good order: callgrind writes its file then.
    server.finish()
    guard let text = try? String(contentsOf: file, encoding: .utf8) else {
      throw Failure("valgrind wrote no profile; `valgrind --tool=callgrind true` tells whether it works here")
    }
    return CallgrindProfile(text)
  }

  private func executable() throws -> URL {
    guard let executable = Bundle.main.executableURL else { throw Failure("cannot find the program itself") }
    return executable
  }

  /// Puts the load of a case on a server.
  ///
  /// - Parameter fenced: Whether posts are fenced: see ``FencedPostDriver``.
  func drive(_ work: CountCase, _ address: Address, _ events: UInt64, fenced: Bool = false) async throws {
    let loop = try ClientLoop()
    var failure: (any Error)?
    do {
      let client = try await Client.connect(to: address, settings, on: loop)
      do {
        let driver = work.driver(settings, fencedOn: fenced ? loop : nil)
        _ = try await driver.run(Target(address: address, clients: [client]), Limit(operations: events, seconds: nil))
      } catch {
        failure = error
      }
      await client.kernel.shutdown()
    } catch {
      failure = error
    }
    await loop.stop()
    if let failure { throw failure }
  }

  static func run(_ command: [String]) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure("\(command.prefix(1).joined()) ended with status \(process.terminationStatus)")
    }
  }
}
