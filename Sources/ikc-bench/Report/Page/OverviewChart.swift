/// Each comparison that has a floor: how near to it each contender comes.
struct OverviewChart {
  private struct Line {
    var title: String
    var bars: [(contender: Contender, ratio: Double, title: String)]
  }

  private let lines: [Line]
  private static let width = 1000.0
  private static let labelWidth = 290.0
  private static let barHeight = 12.0
  private static let barGap = 2.0
  private static let lineGap = 14.0
  private static let top = 26.0
  /// Bars that go further are cut, so that all others can be told apart.
  private static let furthest = 1.5

  init(_ comparisons: [Comparison]) {
    lines = comparisons.compactMap { comparison in
      // Speed alone: a share of the floor means the opposite for memory, and nothing at a given rate.
      guard comparison.row(.floor) != nil, !comparison.unit.lessIsBetter, !comparison.isPaced else { return nil }
      let bars = comparison.rows.compactMap { row -> (contender: Contender, ratio: Double, title: String)? in
        guard row.contender.role != .floor, let ratio = comparison.ratio(row, to: .floor) else { return nil }
        let figure = formatted(row.figure, decimals: comparison.unit.decimals)
        return (row.contender, ratio, "\(row.contender.name): \(figure) \(comparison.unit.label)")
      }
      return bars.isEmpty ? nil : Line(title: comparison.title, bars: bars)
    }
  }

  var isEmpty: Bool { lines.isEmpty }

  var contenders: [Contender] {
    var seen: [Contender] = []
    for bar in lines.flatMap(\.bars) where !seen.map(Palette.name).contains(Palette.name(bar.contender)) {
      seen.append(bar.contender)
    }
    return seen.sorted { $0.role.rawValue < $1.role.rawValue }
  }

  /// - Parameter style: For a picture that stands alone; it has its own legend then.
  func rendered(style: String? = nil) -> String {
    let legendHeight = style == nil ? 0.0 : 26
    let heights = lines.map { Double($0.bars.count) * (Self.barHeight + Self.barGap) + Self.lineGap }
    var svg = SVG(width: Self.width, height: Self.top + legendHeight + heights.reduce(0, +) + 6)
    let maximum = min(Self.furthest, max(1, lines.flatMap(\.bars).map(\.ratio).max() ?? 1))
    let axis = Axis.linear(maximum: maximum, from: Self.labelWidth, to: Self.width - 60)
    if style != nil { legend(&svg) }
    let top = Self.top + legendHeight
    for mark in axis.marks {
      let x = axis.position(mark)
      svg.line(x1: x, y1: top - 6, x2: x, y2: svg.height, class: mark == 0 ? "base" : "grid")
      svg.text(mark == 0 ? "0" : "\(formatted(mark, decimals: 2))×", x: x, y: top - 12, class: "faint", anchor: .middle)
    }
    let floor = axis.position(1)
    svg.line(x1: floor, y1: top - 6, x2: floor, y2: svg.height, class: "reference")
    var y = top
    for (line, height) in zip(lines, heights) {
      draw(line, &svg, axis, y: y, height: height)
      y += height
    }
    return svg.rendered(label: "Throughput in relation to the raw libuv floor", style: style)
  }

  private func draw(_ line: Line, _ svg: inout SVG, _ axis: Axis, y: Double, height: Double) {
    svg.text(
      line.title, x: Self.labelWidth - 12, y: y + (height - Self.lineGap) / 2 + 9, class: "ink", anchor: .end)
    for (index, bar) in line.bars.enumerated() {
      let top = y + Double(index) * (Self.barHeight + Self.barGap) + 4
      let end = axis.position(min(bar.ratio, Self.furthest))
      svg.bar(
        x: Self.labelWidth, y: top, width: end - Self.labelWidth, height: Self.barHeight,
        class: Palette.name(bar.contender), title: bar.title)
      if bar.ratio > Self.furthest {
        svg.line(x1: end - 26, y1: top + Self.barHeight + 2, x2: end - 18, y2: top - 2, class: "cut")
      }
      svg.text("\(ratioText(bar.ratio))×", x: end + 8, y: top + 10, class: "strong")
    }
  }

  private func legend(_ svg: inout SVG) {
    var x = Self.labelWidth
    for contender in contenders {
      svg.bar(x: x, y: 6, width: 10, height: 10, class: Palette.name(contender), title: contender.name)
      svg.text(contender.name, x: x + 16, y: 15.5)
      x += 40 + Double(contender.name.count) * 7
    }
    svg.text("1.00× = raw libuv", x: Self.width - 60, y: 15.5, class: "faint", anchor: .end)
  }
}
