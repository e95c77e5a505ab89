import Foundation
import IKC

/// Work whose system calls are counted, in the server's process or in the client's.
struct SyscallCase: Sendable {
  var work: CountCase
  var connections: Int
  var depth = 1

  static let all = [
    SyscallCase(work: .postReceived, connections: 1),
    SyscallCase(work: .postReceived, connections: 64),
    SyscallCase(work: .postSent, connections: 1),
    SyscallCase(work: .callAnswered, connections: 1, depth: 128),
    SyscallCase(work: .callAnswered, connections: 64, depth: 16),
  ]

  var title: String {
    let parts = [work.rawValue, connections == 1 ? "1 connection" : "\(connections) connections"]
    return (work == .callAnswered ? parts + ["depth \(depth)"] : parts).joined(separator: " · ")
  }

  /// Whether strace works here: it may be missing, or not allowed to trace.
  static func canTrace() async -> Bool {
    (try? await Counter.run(["strace", "-o", "/dev/null", "true"])) != nil
  }

  /// Runs the work under strace.
  func trace(_ events: UInt64, _ settings: Settings) async throws -> SyscallTrace {
    let file = FileManager.default.temporaryDirectory.appending(path: "ikc-bench-\(getpid())-\(UUID()).strace")
    defer { try? FileManager.default.removeItem(at: file) }
    guard let executable = Bundle.main.executableURL?.path else { throw Failure("cannot find the program itself") }
    let strace = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", SyscallTrace.calls, "-o", file.path, executable]
    let server = try ServerProcess(
      executable: URL(fileURLWithPath: "/usr/bin/env"),
      arguments: (work.side == .server ? strace : [executable]) + [
        "serve", "--end-with-stdin", "--listen", settings.freshAddress().description,
      ])
    do {
      switch work.side {
      case .server: try await drive(server.address, events, settings)
      case .client:
        try await Counter.run(
          strace + ["drive", work.rawValue, "--connect", server.address.description, "--count", String(events)])
      }
    } catch {
      server.stop()
      throw error
    }
    // strace writes all that it has seen once the server has ended.
    server.finish()
    return SyscallTrace(try String(contentsOf: file, encoding: .utf8))
  }

  private func drive(_ address: Address, _ events: UInt64, _ settings: Settings) async throws {
    let loop = try ClientLoop()
    var clients: [Client] = []
    var failure: (any Error)?
    do {
      for _ in 0..<connections { clients.append(try await Client.connect(to: address, settings, on: loop)) }
      let driver: any Driver =
        work == .callAnswered
        ? CallbackCallDriver(depth: depth, payload: settings.payload(), sampleEvery: .max)
        : PostDriver(state: BenchSession.count, payload: settings.payload())
      _ = try await driver.run(Target(address: address, clients: clients), Limit(operations: events, seconds: nil))
    } catch {
      failure = error
    }
    for client in clients { await client.kernel.shutdown() }
    await loop.stop()
    if let failure { throw failure }
  }
}
