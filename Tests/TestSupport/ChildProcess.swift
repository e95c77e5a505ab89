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
    /// Until its end has been waited for: the id is another process's then.
    var isRunning = true
    var status: Int32?
  }

  /// Its process id.
  package let id: Int32
  /// Nil where its stdin is a descriptor of the test's.
  private let input: FileHandle?
  private let streams = Mutex(Streams())
  private let lines: AsyncStream<String>
  private let newLines: AsyncStream<String>.Continuation
  private let ends: AsyncStream<Void>
  private let ended: AsyncStream<Void>.Continuation

  /// Starts `executable`, a path, or a name to look up in PATH.
  ///
  /// - Parameters:
  ///   - environment: what differs from the environment of the tests.
  ///   - input: a descriptor to be its stdin, which stays the caller's; where there is none, `send` writes to it.
  ///   - limit: seconds after which the process is killed.
  package init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], input descriptor: Int32? = nil,
    limit: Double = 120
  ) throws {
    (lines, newLines) = AsyncStream.makeStream()
    (ends, ended) = AsyncStream.makeStream()
    let feeding = try descriptor == nil ? Spawning.pipe() : nil
    let output = try Spawning.pipe()
    let errors = try Spawning.pipe()
    input = feeding.map { FileHandle(fileDescriptor: $0.writing, closeOnDealloc: true) }
    let outputHandle = FileHandle(fileDescriptor: output.reading, closeOnDealloc: true)
    let errorHandle = FileHandle(fileDescriptor: errors.reading, closeOnDealloc: true)
    defer { for end in [feeding?.reading, output.writing, errors.writing] { if let end { Foundation.close(end) } } }
    id = try Spawning.start(
      executable, arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
      streams: [feeding?.reading ?? descriptor ?? 0, output.writing, errors.writing])

    Thread.detachNewThread { [self] in readOutput(outputHandle) }
    Thread.detachNewThread { [self] in readErrors(errorHandle) }
    Thread.detachNewThread { [self] in waitForEnd() }
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

  private func waitForEnd() {
    // Its end is looked for first and taken note of with the lock held, so that no signal goes to another process.
    var info = siginfo_t()
    while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    streams.withLock { streams in
      streams.isRunning = false
      streams.status = Spawning.wait(for: id)
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
    try input?.write(contentsOf: bytes)
  }

  /// Ends the process's stdin.
  package func closeInput() throws {
    try input?.close()
  }

  /// What it has written to stderr so far.
  package var errorText: String { String(decoding: streams.withLock { $0.errors }, as: UTF8.self) }

  /// Sends a signal.
  package func signal(_ number: Int32) {
    streams.withLock { if $0.isRunning { _ = Foundation.kill(id, number) } }
  }

  /// Ends the process at once.
  package func kill() { signal(SIGKILL) }

  /// Waits for the end of the process and of what it writes.
  package func outcome() async -> Outcome {
    for await _ in ends {}
    let end = streams.withLock { $0 }
    return Outcome(status: end.status, output: end.output, errors: String(decoding: end.errors, as: UTF8.self))
  }

  /// Whether a process can be started and ends with status 0; it has no input, and nobody sees what it writes.
  package static func succeeds(_ executable: String, _ arguments: [String]) -> Bool {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { Foundation.close(null) }
    let id = try? Spawning.start(
      executable, arguments, environment: ProcessInfo.processInfo.environment, streams: [null, null, null])
    return id.map { Spawning.wait(for: $0) } == 0
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
