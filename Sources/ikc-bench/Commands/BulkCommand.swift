import ArgumentParser

struct BulkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bulk",
    abstract: "Posts with strings of 1 MiB, which the receiver decodes."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      [try await BulkMode(settings: settings).measure()]
    }
  }
}
