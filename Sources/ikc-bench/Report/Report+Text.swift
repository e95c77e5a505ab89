extension Report {
  /// The table on standard output.
  func text() -> String {
    var header = ["", "", "p50 µs", "p99 µs", "p99.9 µs", "× floor", "p50 × floor"]
    if hasPerl { header.append("× perl") }
    var table = TextTable(header: header)
    for measurement in measurements {
      table.lines.append(.heading(measurement.title))
      for row in measurement.rows { table.lines.append(.cells(cells(of: row, in: measurement))) }
      if let note = measurement.note { table.lines.append(.note(note)) }
    }
    return table.rendered()
  }

  private func cells(of row: Measurement.Row, in measurement: Measurement) -> [String] {
    let figure = formatted(row.figure, decimals: measurement.unit.decimals)
    var cells = ["  \(row.contender.name)", "\(figure) \(measurement.unit.label)"]
    cells += [row.latency?.p50, row.latency?.p99, row.latency?.p999].map { $0.map(significant) ?? "–" }
    cells.append(ratioText(measurement.ratio(row, to: .floor)))
    cells.append(ratioText(measurement.latencyRatio(row, to: .floor)))
    if hasPerl { cells.append(ratioText(measurement.ratio(row, to: .perl))) }
    return cells
  }

  private func ratioText(_ ratio: Double?) -> String {
    ratio.map { formatted($0, decimals: 2) } ?? "–"
  }
}
