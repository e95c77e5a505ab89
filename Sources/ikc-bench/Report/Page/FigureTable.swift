/// All figures of a run as a table of the page.
struct FigureTable {
  var report: Report

  func rendered() -> String {
    var head = ["", "figure", "p50 µs", "p99 µs", "p99.9 µs", "× floor", "p50 × floor"]
    if report.hasPerl { head.append("× perl") }
    var text = "<section><h2>All figures</h2><div class=\"card wide\"><table><thead><tr>"
    text += head.map { "<th>\(escaped($0))</th>" }.joined() + "</tr></thead><tbody>"
    for comparison in report.comparisons {
      text += "<tr class=\"group\"><td colspan=\"\(head.count)\">\(escaped(comparison.title))</td></tr>"
      for row in comparison.rows {
        let cells = report.cells(of: row, in: comparison)
        text += "<tr>" + cells.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
      }
    }
    return text + "</tbody></table></div></section>"
  }
}
