import ArgumentParser

struct IdleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "idle",
    abstract: "Connections that are open and silent: the server's memory for each."
  )

  @Option(help: "How many percent of the connections call at the same time.")
  var busy = 0.0

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !(0...100).contains(busy) { throw ValidationError("--busy must be from 0 to 100.") }
  }

  func run() async throws {
    try await common.report { settings in
      try await IdleMode(settings: settings, busyPercent: busy).measure()
    }
  }
}
