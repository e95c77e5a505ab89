import ArgumentParser

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Calls, with --depth of them under way per connection."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      [try await CallMode(settings).measure()]
    }
  }
}
