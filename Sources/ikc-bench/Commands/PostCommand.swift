import ArgumentParser

struct PostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post",
    abstract: "One-way posts, counted by the receiver and acknowledged at the end."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      [try await PostMode(settings: settings).measure()]
    }
  }
}
