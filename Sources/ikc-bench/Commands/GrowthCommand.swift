import ArgumentParser

struct GrowthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "growth",
    abstract:
      "A kernel with a million channels in memory: what an event costs, what a channel takes, what blocks the loop.",
    discussion: """
      One process holds two kernels, with 1,000 channels and with --connections of them; their peers are ends of connections in \
      memory and nothing else. Times are those of the loop's own thread. --count is that of the events in each round.
      """
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      try await GrowthMode(settings: settings).measure()
    }
  }
}
