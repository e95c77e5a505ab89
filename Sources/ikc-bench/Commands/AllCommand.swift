import ArgumentParser

struct AllCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all",
    abstract: "The lot, in less than two minutes; what runs where no subcommand is given.",
    discussion: "Each mode has its own connections and depth here; --connections is that of idle."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      try await AllMode(settings: settings).measure()
    }
  }
}
