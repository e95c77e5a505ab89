extension Report {
  /// The table on standard output.
  func text() -> String {
    var header = ["", "", "p50 µs", "p99 µs", "p99.9 µs", "× floor", "p50 × floor"]
    if hasPerl { header.append("× perl") }
    var table = TextTable(header: header)
    for comparison in comparisons {
      table.lines.append(.heading(comparison.title))
      for row in comparison.rows {
        var cells = cells(of: row, in: comparison)
        cells[0] = "  " + cells[0]
        table.lines.append(.cells(cells))
      }
      if let note = comparison.note { table.lines.append(.note(note)) }
    }
    return table.rendered()
  }

  /// A row's cells, for each form of the table.
  func cells(of row: Comparison.Row, in comparison: Comparison) -> [String] {
    let figure = formatted(row.figure, decimals: comparison.unit.decimals)
    var cells = [row.contender.name, "\(figure) \(comparison.unit.label)"]
    cells += [row.latency?.p50, row.latency?.p99, row.latency?.p999].map { $0.map(significant) ?? "–" }
    cells.append(comparison.ratio(row, to: .floor).map(ratioText) ?? "–")
    cells.append(comparison.latencyRatio(row, to: .floor).map(ratioText) ?? "–")
    if hasPerl { cells.append(comparison.ratio(row, to: .perl).map(ratioText) ?? "–") }
    return cells
  }
}
