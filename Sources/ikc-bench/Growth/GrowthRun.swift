import Foundation

/// The whole measurement, on one thread of a process of its own.
struct GrowthRun {
  static let smallCount = 1_000
  private static let fewChannels = 64

  var channels: Int
  var events: Int
  var rounds: Int
  var frames: GrowthFrames

  func measure() throws -> GrowthResult {
    var result = GrowthResult(small: min(Self.smallCount, channels), large: channels)
    let small = try Population(result.small, frames, seed: 1)
    _ = try small.register()
    // What is touched once, by whatever channel, is not to count as a channel's.
    for work in GrowthWork.allCases { _ = try small.run(work, result.small, channels: result.small) }

    let large = try Population(channels, frames, seed: 2)
    let before = try Self.residentBytes()
    result.steps.append(step("register", channels, try large.register()))
    result.registeredBytes = Double(try Self.residentBytes() - before) / Double(channels)
    for work in GrowthWork.allCases {
      for spread in [min(Self.fewChannels, result.small), nil] {
        result.costs.append(try cost(work, spread, small, large))
      }
    }
    result.usedBytes = Double(try Self.residentBytes() - before) / Double(channels)

    result.steps.append(step("peers close", channels, try large.closePeers()))
    try large.makePeers()
    result.steps.append(step("register again", channels, try large.register()))
    result.steps.append(step("shut down", channels, try large.shutDown()))
    let tenth = try Population(max(1, channels / 10), frames, seed: 3)
    result.steps.append(step("register", tenth.count, try tenth.register()))
    result.steps.append(step("peers close", tenth.count, try tenth.closePeers()))
    try tenth.makePeers()
    result.steps.append(step("register again", tenth.count, try tenth.register()))
    result.steps.append(step("shut down", tenth.count, try tenth.shutDown()))
    _ = try small.shutDown()
    return result
  }

  private func step(_ name: String, _ channels: Int, _ turns: Turns) -> GrowthResult.Step {
    GrowthResult.Step(name: name, channels: channels, turns: turns)
  }

  /// A round of the few channels and one of the many in turn, so that what else the machine does meets both alike.
  private func cost(
    _ work: GrowthWork, _ spread: Int?, _ small: Population, _ large: Population
  ) throws -> GrowthResult.Cost {
    var cost = GrowthResult.Cost(work: work, spread: spread, small: [], large: [])
    for round in 0...rounds {
      let costs = try [small, large].map { population in
        try population.run(work, events, channels: spread ?? population.count).seconds * 1e9 / Double(events)
      }
      // The first one warms up.
      if round > 0 { (cost.small, cost.large) = (cost.small + [costs[0]], cost.large + [costs[1]]) }
    }
    return cost
  }

  private static func residentBytes() throws -> Int {
    guard let bytes = ResidentMemory.bytes(of: getpid()) else { throw Failure("cannot read this process's own memory") }
    return bytes
  }
}
