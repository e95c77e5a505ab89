import Foundation
import IKC

/// A server in a process of its own, ended by its id. It also ends by itself
/// when this process is gone, since its standard input ends then.
final class ServerProcess {
  let address: Address
  private let process: Process
  private let input: Pipe

  var id: pid_t { process.processIdentifier }

  /// This tool again, with its hidden subcommand.
  convenience init(serve arguments: [String]) throws {
    guard let executable = Bundle.main.executableURL else {
      throw Failure("cannot find the program itself, to start its server process")
    }
    try self.init(executable: executable, arguments: ["serve", "--end-with-stdin"] + arguments)
  }

  /// Starts a program that prints `listening ADDRESS` once it accepts.
  init(executable: URL, arguments: [String]) throws {
    process = Process()
    input = Pipe()
    let output = Pipe()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      throw Failure("cannot start \(executable.path): \(error.localizedDescription)")
    }
    ChildRegistry.add(process.processIdentifier)
    let line = Self.firstLine(of: output.fileHandleForReading)
    guard line.hasPrefix("listening "), let address = try? Address(String(line.dropFirst(10))) else {
      Self.end(process)
      throw Failure("the server process did not say where it listens, but \"\(line)\"")
    }
    self.address = address
  }

  private static func firstLine(of output: FileHandle) -> String {
    var line = Data()
    while true {
      let part = output.availableData
      line += part
      if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
        return String(decoding: line[..<end], as: UTF8.self)
      }
      if part.isEmpty { return String(decoding: line, as: UTF8.self) }
    }
  }

  /// Ends the process; a socket file of its own goes with it.
  func stop() {
    try? input.fileHandleForWriting.close()
    Self.end(process)
    if case .unix(let path) = address { unlink(path) }
  }

  /// Ends the standard input of the process, and waits until it has ended for that.
  func finish() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    ChildRegistry.remove(process.processIdentifier)
  }

  private static func end(_ process: Process) {
    if process.isRunning { kill(process.processIdentifier, SIGTERM) }
    process.waitUntilExit()
    ChildRegistry.remove(process.processIdentifier)
  }
}
