import ArgumentParser

@main
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
      SizesCommand.self, OpenCommand.self, AllCommand.self, ServeCommand.self,
    ],
    defaultSubcommand: AllCommand.self
  )
}
