/// Bars of one comparison, from zero, each named and with its figure.
struct BarChart {
  var comparison: Comparison

  private static let labelWidth = 150.0
  private static let rowHeight = 28.0
  private static let barHeight = 16.0

  /// Half as wide: two beside one another.
  var isCompact = false

  func rendered() -> String {
    let (total, valueWidth) = isCompact ? (500.0, 200.0) : (1000.0, 235.0)
    let rows = comparison.rows
    var svg = SVG(width: total, height: Double(rows.count) * Self.rowHeight + 4)
    let room = total - Self.labelWidth - valueWidth
    let maximum = rows.map(\.figure).max() ?? 0
    for (index, row) in rows.enumerated() {
      let top = Double(index) * Self.rowHeight + 2
      let middle = top + Self.rowHeight / 2 + 4
      let length = maximum > 0 ? room * row.figure / maximum : 0
      svg.text(row.contender.name, x: Self.labelWidth - 12, y: middle, class: "ink", anchor: .end)
      svg.bar(
        x: Self.labelWidth, y: top + (Self.rowHeight - Self.barHeight) / 2, width: length, height: Self.barHeight,
        class: Palette.name(row.contender), title: "\(row.contender.name): \(figure(row))")
      svg.text(figure(row), x: Self.labelWidth + length + 10, y: middle)
    }
    svg.line(
      x1: Self.labelWidth, y1: 0, x2: Self.labelWidth, y2: svg.height, class: "base")
    return svg.rendered(label: "\(comparison.title), in \(comparison.unit.label)")
  }

  private func figure(_ row: Comparison.Row) -> String {
    var text = "\(formatted(row.figure, decimals: comparison.unit.decimals)) \(comparison.unit.label)"
    for (role, name) in [(Contender.Role.floor, "floor"), (.perl, "perl")] where row.contender.role != role {
      guard row.contender.role == .ikc, let ratio = comparison.ratio(row, to: role) else { continue }
      text += " · \(ratioText(ratio))× \(name)"
    }
    return text
  }
}
