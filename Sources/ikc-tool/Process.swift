import ArgumentParser
import IKC

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// This process: its streams and its end.
enum Process {
  /// What stands behind the program's name on the command line.
  static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

  static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// Writes one line to stdout at once, so that whoever reads a pipe sees it.
  static func print(_ line: String) throws(Failure) {
    try write(Array(line.utf8) + [UInt8(ascii: "\n")])
  }

  /// Writes all of `bytes` to stdout at once.
  static func write(_ bytes: [UInt8]) throws(Failure) {
    guard write(bytes, to: STDOUT_FILENO) else {
      throw Failure(.unreachable, "cannot write the output: \(String(cString: strerror(errno)))")
    }
  }

  /// All of stdin.
  static func readAll() throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(.unreadable, "cannot read the input: \(String(cString: strerror(errno)))")
      }
      bytes += chunk[..<count]
    }
  }

  /// Ends the process: help and version go to stdout, everything else is one line on stderr.
  static func end(because error: any Error) -> Never {
    switch error {
    case let failure as Failure:
      end(failure)
    case let error as IKCError:
      end(Failure(error))
    default:
      if IKCCommand.exitCode(for: error) == .success {
        let text = IKCCommand.fullMessage(for: error)
        _ = write(Array((text + "\n").utf8), to: STDOUT_FILENO)
        exit(ExitStatus.done.rawValue)
      }
      end(Failure(.usage, IKCCommand.message(for: error)))
    }
  }

  private static func end(_ failure: Failure) -> Never {
    let line = failure.message.split(whereSeparator: \.isNewline).joined(separator: " ")
    _ = write(Array("ikc: \(line)\n".utf8), to: STDERR_FILENO)
    exit(failure.status.rawValue)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var position = 0
    return ikc.write(bytes, from: &position, to: descriptor) == 0
  }
}
