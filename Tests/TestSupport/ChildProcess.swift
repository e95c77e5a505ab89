import Foundation
import Synchronization

/// A process that a test starts: its lines are read as they come, and it never outlives its time limit.
package final class ChildProcess: Sendable {
  /// How a process ended, and all that it wrote.
  package struct Outcome: Sendable {
    /// The exit status; nil where a signal ended the process.
    package let status: Int32?
    package let output: [UInt8]
    package let errors: String

    /// What it wrote to stdout, as text.
    package var text: String { String(decoding: output, as: UTF8.self) }
  }

  private struct Streams {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var open = 3
  }

  private let process = Process()
  private let input = Pipe()
  private let streams = Mutex(Streams())
  private let lines: AsyncStream<String>
  private let newLines: AsyncStream<String>.Continuation
  private let ends: AsyncStream<Void>
  private let ended: AsyncStream<Void>.Continuation

  /// Starts `executable`, a path, or a name to look up in PATH.
  ///
  /// - Parameters:
  ///   - environment: what differs from the environment of the tests.
  ///   - limit: seconds after which the process is killed.
  package init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], limit: Double = 120
  ) throws {
    (lines, newLines) = AsyncStream.makeStream()
    (ends, ended) = AsyncStream.makeStream()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: executable.contains("/") ? executable : "/usr/bin/env")
    process.arguments = (executable.contains("/") ? [] : [executable]) + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    process.terminationHandler = { [self] _ in close() }
    try process.run()

    Thread.detachNewThread { [self] in readOutput(output.fileHandleForReading) }
    Thread.detachNewThread { [self] in readErrors(errors.fileHandleForReading) }
    DispatchQueue.global().asyncAfter(deadline: .now() + limit) { [weak self] in self?.kill() }
  }

  deinit { kill() }

  private func readOutput(_ handle: FileHandle) {
    var rest: [UInt8] = []
    while case let chunk = handle.availableData, !chunk.isEmpty {
      streams.withLock { $0.output += chunk }
      rest += chunk
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        newLines.yield(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeSubrange(...end)
      }
    }
    newLines.finish()
    close()
  }

  private func readErrors(_ handle: FileHandle) {
    while case let chunk = handle.availableData, !chunk.isEmpty {
      streams.withLock { $0.errors += chunk }
    }
    close()
  }

  private func close() {
    let isLast = streams.withLock { streams in
      streams.open -= 1
      return streams.open == 0
    }
    if isLast { ended.finish() }
  }

  /// The next line of stdout; nil once it has ended.
  package func nextLine() async -> String? {
    for await line in lines { return line }
    return nil
  }

  /// Writes `bytes` to the process's stdin.
  package func send(_ bytes: [UInt8]) throws {
    try input.fileHandleForWriting.write(contentsOf: bytes)
  }

  /// Ends the process's stdin.
  package func closeInput() throws {
    try input.fileHandleForWriting.close()
  }

  /// Its process id.
  package var id: Int32 { process.processIdentifier }

  /// Sends a signal.
  package func signal(_ number: Int32) {
    if process.isRunning { _ = Foundation.kill(process.processIdentifier, number) }
  }

  /// Ends the process at once.
  package func kill() { signal(SIGKILL) }

  /// Waits for the end of the process and of what it writes.
  package func outcome() async -> Outcome {
    for await _ in ends {}
    let (output, errors) = streams.withLock { ($0.output, $0.errors) }
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : nil,
      output: output,
      errors: String(decoding: errors, as: UTF8.self))
  }

  /// Runs a process to its end, with `input` as its stdin.
  package static func run(
    _ executable: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) async throws -> Outcome {
    let child = try ChildProcess(executable, arguments, environment: environment)
    try? child.send(input)
    try child.closeInput()
    return await child.outcome()
  }

  /// The path of an executable of this package, which lies beside the tests.
  package static func product(_ name: String) -> String {
    var folder = Bundle(for: ChildProcess.self).bundleURL
    if folder.pathExtension == "xctest" { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent(name).path
  }
}
