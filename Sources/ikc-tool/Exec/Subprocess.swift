import IKC

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A shell command that is run to its end.
enum Subprocess {
  /// How a process ended.
  enum Ending: Equatable, CustomStringConvertible {
    case exited(Int32)
    case killed(Int32)
    case timedOut(Duration)
    case outputTooLong(Int)

    var description: String {
      switch self {
      case .exited(let status): "ended with status \(status)"
      case .killed(let signal): "was ended by signal \(signal)"
      case .timedOut(let limit): "took more than \(limit)"
      case .outputTooLong(let limit): "wrote more than \(limit) bytes"
      }
    }
  }

  struct Outcome {
    var ending: Ending
    var output: [UInt8]
    /// The last line on stderr that is not empty; nil where there is none, or the process was cut short.
    var lastError: String?
  }

  private static let maximumOutput = 64 << 20
  private static let maximumErrors = 64 << 10

  /// Ends a process and those that it has started.
  static func kill(group: pid_t) {
    #if canImport(Darwin)
      _ = Darwin.kill(-group, SIGKILL)
    #elseif canImport(Musl)
      _ = Musl.kill(-group, SIGKILL)
    #else
      _ = Glibc.kill(-group, SIGKILL)
    #endif
  }

  /// Runs `command` with `/bin/sh`, in a process group of its own. Blocks until it has ended and closed its output.
  ///
  /// - Parameters:
  ///   - input: its stdin; what it does not read is dropped.
  ///   - timeout: then the group is killed.
  ///   - running: told when its group exists, and before it is gone.
  static func run(
    _ command: String, input: [UInt8], timeout: Duration, running: (_ group: pid_t, _ isRunning: Bool) -> Void
  ) throws -> Outcome {
    let deadline = ContinuousClock.now + timeout
    let (process, toChild, output, errors) = try start(command)
    running(process, true)

    var outcome = Outcome(ending: .exited(0), output: [], lastError: nil)
    var errorBytes: [UInt8] = []
    var cut = exchange(input, toChild, output, errors, &outcome.output, &errorBytes, deadline).map {
      $0 == .timedOut(.zero) ? Ending.timedOut(timeout) : $0
    }
    if cut != nil { kill(group: process) }
    let status = wait(for: process, until: deadline) {
      if cut == nil { cut = .timedOut(timeout) }
      kill(group: process)
    } beforeEnd: {
      running(process, false)
    }
    outcome.ending = cut ?? ending(status)
    if cut == nil { outcome.lastError = lastLine(errorBytes) }
    return outcome
  }

  private static func ending(_ status: Int32) -> Ending {
    status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(status & 0x7f)
  }

  private static func lastLine(_ bytes: [UInt8]) -> String? {
    let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return lines.last { !$0.allSatisfy { $0 == 0x20 || $0 == 0x09 } }.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func start(
    _ command: String
  ) throws -> (pid_t, toChild: ChildPipe, output: ChildPipe, errors: ChildPipe) {
    let pipes = try (ChildPipe(childReads: true), ChildPipe(childReads: false), ChildPipe(childReads: false))
    let shell = ProcessStart(
      "/bin/sh", arguments: ["/bin/sh", "-c", command],
      descriptors: [(pipes.0.child, 0), (pipes.1.child, 1), (pipes.2.child, 2)])
    let process = try shell.start()
    for pipe in [pipes.0, pipes.1, pipes.2] { pipe.closeChild() }
    return (process, pipes.0, pipes.1, pipes.2)
  }

  // MARK: While it runs

  /// Writes the input and reads the output until both ends of it are closed; what cut it short, if anything did.
  private static func exchange(
    _ input: [UInt8], _ toChild: ChildPipe, _ output: ChildPipe, _ errors: ChildPipe,
    _ outputBytes: inout [UInt8], _ errorBytes: inout [UInt8], _ deadline: ContinuousClock.Instant
  ) -> Ending? {
    var sent = 0
    while output.isOpen || errors.isOpen {
      if toChild.isOpen, sent == input.count { toChild.closeOwn() }
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return .timedOut(.zero) }
      var polled = [
        pollfd(fd: toChild.own, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: output.own, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.own, events: Int16(POLLIN), revents: 0),
      ]
      let milliseconds = Int32(clamping: Int64(left / .milliseconds(1)) + 1)
      guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { continue }
      if polled[0].revents != 0, !toChild.write(input, from: &sent) { toChild.closeOwn() }
      if polled[1].revents != 0, !output.read(into: &outputBytes) { output.closeOwn() }
      if polled[2].revents != 0, !errors.read(into: &errorBytes) { errors.closeOwn() }
      guard outputBytes.count <= maximumOutput else { return .outputTooLong(maximumOutput) }
      if errorBytes.count > maximumErrors { errorBytes.removeFirst(errorBytes.count - maximumErrors / 2) }
    }
    return nil
  }

  /// Waits for the end of a process. A second wait takes the status, so that `beforeEnd` runs while its id is still its
  /// own.
  private static func wait(
    for process: pid_t, until deadline: ContinuousClock.Instant, late: () -> Void, beforeEnd: () -> Void
  ) -> Int32 {
    var isLate = false
    while true {
      var info = siginfo_t()
      let options = WEXITED | WNOWAIT | (isLate ? 0 : WNOHANG)
      let result = waitid(P_PID, id_t(process), &info, options)
      if result == 0, hasEnded(info) { break }
      if result != 0, errno != EINTR { break }
      if !isLate {
        if ContinuousClock.now >= deadline {
          isLate = true
          late()
        } else {
          usleep(2_000)
        }
      }
    }
    beforeEnd()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private static func hasEnded(_ info: siginfo_t) -> Bool { info.si_signo == SIGCHLD }
}
