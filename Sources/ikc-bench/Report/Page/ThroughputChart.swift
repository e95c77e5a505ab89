/// Throughput over the time that was measured, the rounds joined.
struct ThroughputChart {
  var rows: [Comparison.Row]
  var unit: FigureUnit
  var title: String

  /// Alone in its card it takes all the room there is.
  var isWide = false

  private var frame: (left: Double, right: Double, top: Double, bottom: Double) {
    (left: 64, right: isWide ? 974 : 474, top: 10, bottom: 190)
  }
  /// More points than this are no longer told apart.
  private static let pointLimit = 90

  func rendered() -> String {
    let frame = frame
    var svg = SVG(width: frame.right + 26, height: 216)
    let curves = rows.filter { $0.throughput.count > 1 }.map { ($0.contender, Self.thinned($0.throughput)) }
    let slices = rows.map(\.throughput.count).max() ?? 1
    let seconds = Double(slices) * Double(Recorder.sliceWidth) / 1e9
    let across = Axis.linear(maximum: seconds, from: frame.left, to: frame.right)
    let axis = Axis.linear(maximum: curves.flatMap(\.1.values).max() ?? 1, from: frame.bottom, to: frame.top)
    for mark in axis.marks {
      let y = axis.position(mark)
      svg.line(x1: frame.left, y1: y, x2: frame.right, y2: y, class: mark == 0 ? "base" : "grid")
      svg.text(Self.short(mark), x: frame.left - 8, y: y + 4, class: "faint", anchor: .end)
    }
    for mark in across.marks {
      svg.text(
        "\(shortest(mark)) s", x: across.position(mark), y: frame.bottom + 18, class: "faint",
        anchor: mark == 0 ? .start : .middle)
    }
    for (contender, curve) in curves {
      let points = curve.values.enumerated().map { index, value in
        let second = (Double(index) + 0.5) * curve.width
        return (x: across.position(second), y: axis.position(value))
      }
      svg.polyline(points, class: Palette.name(contender), title: contender.name)
    }
    return svg.rendered(label: "\(title): throughput over time in \(unit.label)")
  }

  /// Means of neighbouring slices, few enough to be told apart; `width` in seconds.
  static func thinned(_ slices: [Double]) -> (values: [Double], width: Double) {
    let step = max(1, (slices.count + pointLimit - 1) / pointLimit)
    let values = stride(from: 0, to: slices.count, by: step).map { start in
      let part = slices[start..<min(start + step, slices.count)]
      return part.reduce(0, +) / Double(part.count)
    }
    return (values, Double(step) * Double(Recorder.sliceWidth) / 1e9)
  }

  private static func short(_ value: Double) -> String {
    if value >= 1e6 { return "\(shortest(value / 1e6)) M" }
    if value >= 1e3 { return "\(shortest(value / 1e3)) k" }
    return shortest(value)
  }
}
