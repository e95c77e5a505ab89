import Foundation

/// A run as one page that needs nothing else.
struct Page {
  var report: Report

  private static let names = [
    "post": "Posts", "call": "Calls", "connect": "Connecting", "idle": "Idle connections", "bulk": "Bulk",
    "codec": "Serializers", "sizes": "Sizes", "open": "Open loop", "growth": "Growth",
  ]

  func rendered() -> String {
    var body = header
    let overview = OverviewChart(report.comparisons)
    if !overview.isEmpty {
      body += "<section class=\"card\"><div class=\"head\"><h3>In relation to raw libuv</h3>"
      body += "\(legend(overview.contenders))</div>\(overview.rendered())"
      body += "<p class=\"note\">1.00× is the floor: a libuv server and client in C that put the same frames on the "
      body += "wire and decode nothing but their lengths, measured in the same run.</p></section>"
    }
    for (mode, comparisons) in sections { body += section(mode, comparisons) }
    body += FigureTable(report: report).rendered()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>ikc-bench</title>
      <style>\(Palette.page)</style>
      </head>
      <body><main>
      \(body)
      </main></body>
      </html>

      """
  }

  private var header: String {
    let date = report.date.formatted(.iso8601)
    var text = "<header><h1>ikc-bench</h1><p>\(escaped(report.machine.summary))"
    if let perl = report.perl { text += ", \(escaped(perl))" }
    text += "</p><p>\(escaped(date)) · <code>\(escaped(report.command))</code></p></header>"
    return text
  }

  /// Measurements by mode, in the order in which they were taken.
  private var sections: [(mode: String, comparisons: [Comparison])] {
    var sections: [(mode: String, comparisons: [Comparison])] = []
    for comparison in report.comparisons {
      if sections.last?.mode == comparison.mode {
        sections[sections.count - 1].comparisons.append(comparison)
      } else {
        sections.append((comparison.mode, [comparison]))
      }
    }
    return sections
  }

  private func section(_ mode: String, _ comparisons: [Comparison]) -> String {
    let name = Self.names[mode] ?? mode
    let cards = comparisons.map(card).joined(separator: "\n")
    let isSmall = comparisons.allSatisfy { !hasCurves($0) } && comparisons.count > 1
    return "<section><h2>\(escaped(name))</h2>" + (isSmall ? "<div class=\"small\">\(cards)</div>" : cards)
      + "</section>\n"
  }

  private func hasCurves(_ comparison: Comparison) -> Bool {
    comparison.rows.contains { $0.latency != nil || $0.throughput.count > 1 }
  }

  private func card(_ comparison: Comparison) -> String {
    var text = "<article class=\"card\"><div class=\"head\"><h3>\(escaped(comparison.title))</h3>"
    let isPlain = !hasCurves(comparison)
    if !isPlain { text += legend(comparison.rows.map(\.contender)) }
    text += "</div>"
    text += BarChart(comparison: comparison, isCompact: isPlain).rendered()
    var figures = ""
    let hasLatency = comparison.rows.contains { $0.latency != nil }
    if hasLatency {
      let chart = LatencyChart(rows: comparison.rows, title: comparison.title)
      figures += "<figure><figcaption>Latency by percentile</figcaption>\(chart.rendered())</figure>"
    }
    if comparison.rows.contains(where: { $0.throughput.count > 1 }) {
      let chart = ThroughputChart(
        rows: comparison.rows, unit: comparison.unit, title: comparison.title, isWide: !hasLatency)
      let caption = "\(comparison.unit.label) over time"
      figures += "<figure><figcaption>\(escaped(caption))</figcaption>\(chart.rendered())</figure>"
    }
    if !figures.isEmpty { text += "<div class=\"\(hasLatency ? "pair" : "alone")\">\(figures)</div>" }
    if let note = comparison.note { text += "<p class=\"note\">\(escaped(note))</p>" }
    return text + "</article>"
  }

  private func legend(_ contenders: [Contender]) -> String {
    var seen: Set<String> = []
    let items = contenders.filter { seen.insert(Palette.name($0)).inserted }.map {
      "<span><i class=\"\(Palette.name($0))\"></i>\(escaped($0.name))</span>"
    }
    return "<div class=\"legend\">\(items.joined())</div>"
  }
}
