import ArgumentParser

struct ConnectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "Connections made and ended: connect, negotiate, one ping, close."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      [try await ConnectMode(settings: settings).measure()]
    }
  }
}
