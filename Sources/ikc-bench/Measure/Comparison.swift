/// One thing that was measured, for each contender: a group of rows of the table.
struct Comparison: Sendable {
  struct Row: Sendable {
    var contender: Contender
    /// Median of the rounds.
    var figure: Double
    var rounds: [Double] = []
    var latency: Latency?
    /// Operations a second in each slice of `Recorder.sliceWidth`, rounds joined.
    var throughput: [Double] = []
  }

  var mode: String
  var title: String
  var unit: FigureUnit
  var rows: [Row] = []
  /// Whether the load is given, so that its figure tells nothing but its latency.
  var isPaced = false
  /// A sentence below the group, where its figures need one.
  var note: String?

  func row(_ role: Contender.Role) -> Row? {
    rows.first { $0.contender.role == role }
  }

  /// The row's figure in relation to that of the role's row.
  func ratio(_ row: Row, to role: Contender.Role) -> Double? {
    guard let base = self.row(role), base.figure > 0, row.figure > 0 else { return nil }
    return row.figure / base.figure
  }

  /// The row's median latency in relation to that of the role's row.
  func latencyRatio(_ row: Row, to role: Contender.Role) -> Double? {
    guard let base = self.row(role)?.latency, let own = row.latency, base.p50 > 0 else { return nil }
    return own.p50 / base.p50
  }
}

extension Array where Element == Double {
  /// The middle value; of an even number the mean of the two in the middle; 0 of none.
  var median: Double {
    guard !isEmpty else { return 0 }
    let sorted = self.sorted()
    let middle = count / 2
    return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
