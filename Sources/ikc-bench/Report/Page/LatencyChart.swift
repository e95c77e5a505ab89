#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Latency by percentile: each step to the right is a tenth of the calls that are left.
struct LatencyChart {
  var rows: [Comparison.Row]
  var title: String

  private static let frame = (left: 64.0, right: 470.0, top: 10.0, bottom: 190.0)
  private static let marks = [50.0, 90, 99, 99.9, 99.99, 99.999]

  func rendered() -> String {
    let frame = Self.frame
    var svg = SVG(width: 500, height: 216)
    let curves = rows.compactMap { row in row.latency.map { (row.contender, $0.curve) } }
    let values = curves.flatMap { $0.1.map(\.microseconds) }
    let furthest = curves.flatMap { $0.1.map { Self.depth($0.percentile) } }.max() ?? 3
    let axis = Axis.logarithmic(values, from: frame.bottom, to: frame.top)
    for mark in axis.marks {
      let y = axis.position(mark)
      svg.line(x1: frame.left, y1: y, x2: frame.right, y2: y, class: "grid")
      svg.text(Self.time(mark), x: frame.left - 8, y: y + 4, class: "faint", anchor: .end)
    }
    func x(_ percentile: Double) -> Double {
      frame.left + (frame.right - frame.left) * Self.depth(percentile) / max(furthest, 1)
    }
    for mark in Self.marks where Self.depth(mark) <= furthest + 0.01 {
      svg.text(Self.name(mark), x: x(mark), y: frame.bottom + 18, class: "faint", anchor: .middle)
    }
    svg.line(x1: frame.left, y1: frame.bottom, x2: frame.right, y2: frame.bottom, class: "base")
    for (contender, curve) in curves {
      let points = curve.map { (x: x($0.percentile), y: axis.position($0.microseconds)) }
      svg.polyline(points, class: Palette.name(contender), title: contender.name)
      for point in curve where [50, 99, 99.9].contains(point.percentile) {
        svg.dot(
          x: x(point.percentile), y: axis.position(point.microseconds), class: Palette.name(contender),
          title: "\(contender.name), \(Self.name(point.percentile)): \(significant(point.microseconds)) µs")
      }
    }
    return svg.rendered(label: "\(title): latency by percentile")
  }

  private static func depth(_ percentile: Double) -> Double {
    -log10(1 - percentile / 100)
  }

  private static func name(_ percentile: Double) -> String {
    let text = String(percentile)
    return "p" + (text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  private static func time(_ microseconds: Double) -> String {
    if microseconds < 1 { return "\(formatted(microseconds * 1000)) ns" }
    if microseconds < 1000 { return "\(formatted(microseconds)) µs" }
    if microseconds < 1_000_000 { return "\(formatted(microseconds / 1000)) ms" }
    return "\(formatted(microseconds / 1_000_000)) s"
  }
}
