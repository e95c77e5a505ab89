import ArgumentParser
import IKC
import Logging
import Signals

/// The options of `serve` that let worker processes do the work.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Serve with so many processes, which share the sockets; 0: with this one.", valueName: "n"))
  var workers = 0

  @Option(help: ArgumentHelp("Kill and replace a worker that gives no sign of life for so long.", valueName: "s"))
  var heartbeatTimeout = 30.0

  @Option(help: ArgumentHelp("Seconds that ending may take; then workers are killed.", valueName: "s"))
  var drainDeadline = 10.0

  func validate() throws {
    guard 0...1_024 ~= workers else { throw ValidationError("--workers takes a number from 0 to 1024") }
    for (name, seconds) in [("--heartbeat-timeout", heartbeatTimeout), ("--drain-deadline", drainDeadline)] {
      guard seconds >= 0.001, seconds <= 1e6 else {
        throw ValidationError("\(name) takes seconds, from 0.001 to 1000000")
      }
    }
  }

  /// Runs the workers until SIGINT or SIGTERM; a second one kills them.
  func supervise(_ addresses: [Address]) async throws {
    var configuration = SupervisorConfiguration()
    configuration.workers = workers
    configuration.heartbeatTimeout = .seconds(heartbeatTimeout)
    configuration.heartbeatInterval = .seconds(min(5, heartbeatTimeout / 3))
    configuration.drainDeadline = .seconds(drainDeadline)
    let supervisor = try Supervisor(
      configuration: configuration, logger: Logger(label: "ikc", factory: { StreamLogHandler.standardError(label: $0) })
    )
    guard let signals = SignalPipe.catching(SignalPipe.interruptAndTermination) else {
      throw Failure(.unreachable, "cannot open a pipe to wait for SIGINT and SIGTERM")
    }
    signals.onEach { _ in supervisor.stop() }
    for address in addresses { try Process.print("listening \(supervisor.listen(on: address))") }
    try await supervisor.run()
  }
}
