import ArgumentParser

@main
enum Main {
  static func main() async {
    // Whoever reads our output or our connection may go away at any time; writing then fails, which is handled.
    Process.ignoreBrokenPipes()
    do {
      var command = try IKCCommand.parseAsRoot(protectingNegativeNumbers(Process.arguments))
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Process.end(because: error)
    }
  }

  /// The arguments with negative numbers moved behind a `--`, for the parser takes them for options: `-5` is JSON.
  static func protectingNegativeNumbers(_ arguments: [String]) -> [String] {
    guard !arguments.contains("--") else { return arguments }
    var others: [String] = []
    var numbers: [String] = []
    for argument in arguments {
      let isNegative = argument.hasPrefix("-") && argument.dropFirst().first.map { "0"..."9" ~= $0 } == true
      let isValueOfOption = others.last.map { $0.hasPrefix("--") && $0 != "--list" } == true
      if isNegative, !isValueOfOption { numbers.append(argument) } else { others.append(argument) }
    }
    return numbers.isEmpty ? arguments : others + ["--"] + numbers
  }
}

/// The command line as a whole.
struct IKCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ikc",
    abstract: "Talks to IKC kernels: serves, calls, posts, pings, listens in, and shows what their bytes mean.",
    discussion: """
      Exit status: 0 done; 1 the peer reported an error; 2 wrong usage; 3 cannot connect or negotiate; 4 timed out; \
      5 input that cannot be read.

      `ikc --generate-completion-script bash` (zsh, fish) prints what completes commands and options in that shell.
      """,
    subcommands: [
      Serve.self, Call.self, Post.self, Ping.self, Published.self, Subscribe.self, MonitorCommand.self, Tap.self,
      Encode.self,
      Decode.self,
    ]
  )

  func run() throws {
    throw ValidationError(
      "name a command: serve, call, post, ping, published, subscribe, monitor, tap, encode or decode; `ikc --help` tells more"
    )
  }
}
