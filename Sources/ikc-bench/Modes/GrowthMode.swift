import Foundation

/// How a kernel bears very many channels.
struct GrowthMode {
  var settings: Settings

  static let defaultChannels = 1_000_000
  private static let defaultEvents = 300_000
  /// What an event may cost in relation to that with few channels.
  private static let mostGrowth = 1.5
  private static let mostBytes = 1_024
  private static let mostMilliseconds = 10.0

  func measure() async throws -> [Comparison] {
    guard settings.connect == nil else {
      throw Failure("growth looks into its own process; it can't take --connect")
    }
    let channels = settings.connections ?? Self.defaultChannels
    let progress = settings.runner.progress
    progress.show("growth", "\(grouped(channels)) channels")
    defer { progress.clear() }
    let probe = try await WireProbe.record(settings, payload: settings.payload())
    let result = try await run(channels, probe)
    return result.costs.map { events($0, result) } + [memory(result), turns(result), linearity(result)]
  }

  private func run(_ channels: Int, _ probe: WireProbe) async throws -> GrowthResult {
    guard let executable = Bundle.main.executableURL else { throw Failure("cannot find the program itself") }
    let process = Process()
    let output = Pipe()
    process.executableURL = executable
    process.arguments = [
      "grow", "--connections", String(channels), "--rounds", String(settings.rounds),
      "--count", String(settings.limit.operations ?? UInt64(Self.defaultEvents)),
      "--probe", String(decoding: try JSONEncoder().encode(probe), as: UTF8.self),
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    ChildRegistry.add(process.processIdentifier)
    let data = try await onThread { output.fileHandleForReading.readDataToEndOfFile() }
    process.waitUntilExit()
    ChildRegistry.remove(process.processIdentifier)
    guard process.terminationStatus == 0 else {
      throw Failure("the process with the channels ended with status \(process.terminationStatus)")
    }
    return try JSONDecoder().decode(GrowthResult.self, from: data)
  }

  private func events(_ cost: GrowthResult.Cost, _ result: GrowthResult) -> Comparison {
    let spread = cost.spread.map { "over \(grouped($0)) of the channels" } ?? "over all channels"
    let rows = [(result.small, cost.small), (result.large, cost.large)].map { count, rounds in
      Comparison.Row(
        contender: Contender(role: .part, name: "\(grouped(count)) channels"), figure: rounds.median, rounds: rounds)
    }
    var comparison = Comparison(
      mode: "growth", title: "growth · \(cost.work.rawValue) · \(spread)", unit: .nanosecondsPerEvent, rows: rows)
    let ratio = cost.large.median / cost.small.median
    comparison.note =
      "\(ratioText(ratio)) × that with \(grouped(result.small)); \(verdict(ratio, Self.mostGrowth, "×"))."
    return comparison
  }

  private func memory(_ result: GrowthResult) -> Comparison {
    let rows = [("registered", result.registeredBytes), ("after events on all", result.usedBytes)].map { name, bytes in
      Comparison.Row(contender: Contender(role: .part, name: name), figure: bytes)
    }
    var comparison = Comparison(
      mode: "growth", title: "growth · memory · \(grouped(result.large)) channels", unit: .bytesPerChannel, rows: rows)
    comparison.note =
      "Resident, the kernel's side alone; \(verdict(result.usedBytes, Double(Self.mostBytes), "bytes"))."
    return comparison
  }

  private func turns(_ result: GrowthResult) -> Comparison {
    let steps = result.steps.filter { $0.channels == result.large }
    let rows = steps.map {
      Comparison.Row(contender: Contender(role: .part, name: $0.name), figure: $0.turns.longest * 1e3)
    }
    var comparison = Comparison(
      mode: "growth", title: "growth · longest turn of the loop · \(grouped(result.large)) channels",
      unit: .milliseconds, rows: rows)
    comparison.note = verdict(rows.map(\.figure).max() ?? 0, Self.mostMilliseconds, "ms") + "."
    return comparison
  }

  /// What each channel takes of a step, with ten times as many and with few.
  private func linearity(_ result: GrowthResult) -> Comparison {
    let rows = result.steps.sorted { ($0.name, $0.channels) < ($1.name, $1.channels) }.map {
      Comparison.Row(
        contender: Contender(role: .part, name: "\($0.name), \(grouped($0.channels)) channels"),
        figure: $0.turns.seconds * 1e6 / Double(max($0.channels, 1)))
    }
    return Comparison(
      mode: "growth", title: "growth · time for each channel", unit: .microsecondsPerChannel, rows: rows)
  }

  private func verdict(_ figure: Double, _ most: Double, _ unit: String) -> String {
    figure <= most ? "within \(shortest(most)) \(unit)" : "over \(shortest(most)) \(unit)"
  }
}
