import ArgumentParser
import Foundation

/// The process with the many channels.
struct GrowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grow", abstract: "Measures a kernel with many channels; prints JSON.", shouldDisplay: false)

  @Option var connections: Int
  @Option var count: Int
  @Option var rounds: Int
  /// A `WireProbe` as JSON.
  @Option var probe: String

  func run() async throws {
    let probe = try JSONDecoder().decode(WireProbe.self, from: Data(probe.utf8))
    let (channels, events, rounds) = (connections, count, rounds)
    let result = try await onThread {
      let run = GrowthRun(channels: channels, events: events, rounds: rounds, frames: GrowthFrames(probe))
      return try JSONEncoder().encode(run.measure())
    }
    FileHandle.standardOutput.write(result)
  }
}
