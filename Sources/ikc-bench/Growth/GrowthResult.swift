/// What the process with the many channels found out.
struct GrowthResult: Codable {
  /// What an event costs, in nanoseconds of the loop's thread, round by round.
  struct Cost: Codable {
    var work: GrowthWork
    /// Over how many channels the events are spread; nil: over all.
    var spread: Int?
    var small: [Double]
    var large: [Double]
  }

  /// Something that happens to all channels.
  struct Step: Codable {
    var name: String
    var channels: Int
    var turns: Turns
  }

  var small: Int
  var large: Int
  var costs: [Cost] = []
  var steps: [Step] = []
  /// Resident bytes for each channel, without the peers' ends.
  var registeredBytes = 0.0
  /// The same, once each channel has had events of every kind.
  var usedBytes = 0.0
}
