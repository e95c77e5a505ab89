import Foundation

extension Report {
  /// The same as the table, with units in the names of the keys.
  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

extension Report: Encodable {
  private enum Key: String, CodingKey {
    case command, date, machine, perl, settings
    case comparisons = "measurements"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(command, forKey: .command)
    try container.encode(date, forKey: .date)
    try container.encode(machine, forKey: .machine)
    try container.encodeIfPresent(perl, forKey: .perl)
    try container.encode(settings, forKey: .settings)
    try container.encode(comparisons, forKey: .comparisons)
  }
}

extension Settings: Encodable {
  private enum Key: String, CodingKey {
    case connections, depth
    case size = "size_bytes"
    case operations = "operations_per_round"
    case seconds = "seconds_per_round"
    case rounds, loops, queue, serializer
    case negotiation = "protocol"
    case transport
    case connect
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(connections, forKey: .connections)
    try container.encodeIfPresent(depth, forKey: .depth)
    try container.encodeIfPresent(size, forKey: .size)
    try container.encodeIfPresent(limit.operations, forKey: .operations)
    try container.encodeIfPresent(limit.seconds, forKey: .seconds)
    try container.encode(rounds, forKey: .rounds)
    try container.encode(loops, forKey: .loops)
    try container.encode(queue.rawValue, forKey: .queue)
    try container.encode(serializer, forKey: .serializer)
    try container.encode(negotiation.rawValue, forKey: .negotiation)
    try container.encode(unix ? "unix" : "tcp", forKey: .transport)
    try container.encodeIfPresent(connect?.description, forKey: .connect)
  }
}

/// A key whose name is made at run time: that of a unit.
private struct UnitKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

extension Comparison: Encodable {
  private enum Key: String, CodingKey {
    case mode, title, note, results
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(mode, forKey: .mode)
    try container.encode(title, forKey: .title)
    try container.encodeIfPresent(note, forKey: .note)
    var results = container.nestedUnkeyedContainer(forKey: .results)
    for row in rows { try results.encode(EncodedRow(row: row, comparison: self)) }
  }
}

/// A row, with the ratios that only its comparison knows.
private struct EncodedRow: Encodable {
  var row: Comparison.Row
  var comparison: Comparison

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: UnitKey.self)
    let unit = comparison.unit.key
    try container.encode(row.contender.name, forKey: UnitKey("name"))
    try container.encode(row.contender.role, forKey: UnitKey("role"))
    try container.encode(row.figure, forKey: UnitKey(unit))
    if !row.rounds.isEmpty { try container.encode(row.rounds, forKey: UnitKey("rounds_\(unit)")) }
    try container.encodeIfPresent(comparison.ratio(row, to: .floor), forKey: UnitKey("ratio_to_floor"))
    try container.encodeIfPresent(comparison.ratio(row, to: .perl), forKey: UnitKey("ratio_to_perl"))
    try container.encodeIfPresent(
      comparison.latencyRatio(row, to: .floor), forKey: UnitKey("p50_ratio_to_floor"))
    if !row.throughput.isEmpty {
      let slice = Double(Recorder.sliceWidth) / 1e6
      try container.encode(slice, forKey: UnitKey("throughput_slice_milliseconds"))
      try container.encode(row.throughput, forKey: UnitKey("throughput_\(unit)"))
    }
    guard let latency = row.latency else { return }
    try container.encode(latency.samples, forKey: UnitKey("latency_samples"))
    try container.encode(latency.p50, forKey: UnitKey("p50_microseconds"))
    try container.encode(latency.p99, forKey: UnitKey("p99_microseconds"))
    try container.encode(latency.p999, forKey: UnitKey("p99.9_microseconds"))
    let curve = latency.curve.map { ["percentile": $0.percentile, "microseconds": $0.microseconds] }
    try container.encode(curve, forKey: UnitKey("latency_curve"))
  }
}
