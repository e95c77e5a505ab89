import ArgumentParser
import IKC

/// The options of `serve` that answer events with commands.
struct ExecOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Answer the event with a shell command: parameters as JSON on its stdin, the result from its stdout; more than once if wanted.",
      valueName: "session/state=command"))
  var exec: [ExecBinding] = []

  @Option(help: ArgumentHelp("Seconds that a command may take; then it is killed.", valueName: "s"))
  var execTimeout = 30.0

  @Option(help: ArgumentHelp("How many commands may run at once; further calls wait.", valueName: "n"))
  var execLimit = 8

  func validate() throws {
    guard execTimeout >= 0.001, execTimeout <= 1e6 else {
      throw ValidationError("--exec-timeout takes seconds, from 0.001 to 1000000")
    }
    guard 1...1_000 ~= execLimit else { throw ValidationError("--exec-limit takes a number from 1 to 1000") }
  }

  /// Publishes the events in `kernel`; nil where there are none.
  func publish(in kernel: Kernel) throws -> CommandRunner? {
    guard !exec.isEmpty else { return nil }
    let runner = CommandRunner(limit: execLimit, timeout: .seconds(execTimeout))
    for binding in exec {
      let session = kernel.session(binding.session)
      session.on(binding.state) { (event: Event) async throws -> Value in
        let parameters = try event.params
        return try await runner.result(of: binding.command, for: parameters)
      }
      try session.publish(binding.state)
    }
    return runner
  }
}

/// An event and the command that answers it.
struct ExecBinding: ExpressibleByArgument, Sendable {
  let session: String
  let state: String
  let command: String

  init?(argument: String) {
    guard let end = argument.firstIndex(of: "="), let specifier = try? Specifier(String(argument[..<end])),
      specifier.kernel.isEmpty, specifier.args == nil, !specifier.session.isEmpty, specifier.session != "IKC",
      !specifier.state.isEmpty
    else { return nil }
    session = specifier.session
    state = specifier.state
    command = String(argument[argument.index(after: end)...])
    guard !command.isEmpty else { return nil }
  }
}
