import ArgumentParser

struct CodecCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "codec",
    abstract: "Each serializer: encoding and decoding of small, nested and large values."
  )

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      try await CodecMode(settings: settings).measure()
    }
  }
}
