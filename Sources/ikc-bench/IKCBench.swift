import ArgumentParser
import Foundation

struct IKCBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ikc-bench",
    abstract: "Measures IKC on this machine, side by side with raw libuv.",
    discussion: """
      Each mode runs a server in a process of its own and measures, in the same run and in turn, \
      IKC and the raw floor: a libuv server and client in C that put the same frames on the wire \
      and decode nothing but their lengths. The table shows the median of the rounds, percentiles \
      of latency, and the ratio to the floor.
      """,
    subcommands: [
      PostCommand.self, CallCommand.self, ConnectCommand.self, IdleCommand.self, BulkCommand.self, CodecCommand.self,
      SizesCommand.self, OpenCommand.self, GrowthCommand.self, AllCommand.self, CheckCommand.self,
      SyscallsCommand.self,
      DriveCommand.self, GrowCommand.self, ServeCommand.self,
    ],
    defaultSubcommand: AllCommand.self
  )
}

@main
enum Main {
  /// The processes that `check` counts.
  private static let counted: Set = ["serve", "drive"]

  static func main() {
    Task {
      await IKCBench.main()
      exit(0)
    }
    // `dispatchMain` ends the main thread and leaves the process to the others, which callgrind does not survive.
    guard let command = CommandLine.arguments.dropFirst().first, counted.contains(command) else { dispatchMain() }
    // A run loop without a timer would not wait.
    RunLoop.main.add(Timer(timeInterval: 1e9, repeats: true) { _ in }, forMode: .default)
    while true { _ = RunLoop.main.run(mode: .default, before: .distantFuture) }
  }
}
