import ArgumentParser

struct OpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Calls at a fixed rate, their latency corrected for coordinated omission."
  )

  @Option(help: "Calls a second, over all connections.")
  var rate = OpenMode.defaultRate

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !(rate > 0 && rate <= 1e8) { throw ValidationError("--rate must be above 0 and at most 100,000,000.") }
  }

  func run() async throws {
    try await common.report { settings in
      [try await OpenMode(settings: settings, rate: rate).measure()]
    }
  }
}
