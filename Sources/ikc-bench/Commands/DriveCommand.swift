import ArgumentParser
import IKC

/// The load of a counted case, from a process of its own: so that callgrind counts that process alone.
struct DriveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drive", abstract: "Puts the load of a case of `check` on a server.", shouldDisplay: false)

  @Argument var name: String
  @Option var connect: Address
  @Option var count: UInt64
  @Flag var fenced = false

  func run() async throws {
    guard let work = CountCase(rawValue: name) else { throw Failure("there is no case \"\(name)\"") }
    var settings = Settings()
    settings.busyPolling = 0
    try await Counter(settings: settings, count: count).drive(work, connect, count, fenced: fenced)
  }
}
