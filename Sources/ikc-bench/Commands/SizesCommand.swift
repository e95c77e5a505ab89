import ArgumentParser

struct SizesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sizes",
    abstract: "Bytes of each libuv handle, and of each object that a connection owns."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      try await SizesMode(settings: settings).measure()
    }
  }
}
