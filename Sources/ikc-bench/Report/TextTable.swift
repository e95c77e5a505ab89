/// A plain table: the first column to the left, all others to the right.
struct TextTable {
  enum Line: Sendable {
    case heading(String)
    case cells([String])
    case note(String)
  }

  var header: [String]
  var lines: [Line] = []

  func rendered() -> String {
    let widths = columnWidths
    var out = [row(header, widths), String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1))]
    for (index, line) in lines.enumerated() {
      switch line {
      case .heading(let text):
        if index > 0 { out.append("") }
        out.append(text)
      case .cells(let cells): out.append(row(cells, widths))
      case .note(let text): out.append("  " + text)
      }
    }
    return out.joined(separator: "\n") + "\n"
  }

  private var columnWidths: [Int] {
    var widths = header.map(\.count)
    for case .cells(let cells) in lines {
      for (column, cell) in cells.enumerated() where column < widths.count {
        widths[column] = max(widths[column], cell.count)
      }
    }
    return widths
  }

  private func row(_ cells: [String], _ widths: [Int]) -> String {
    var parts: [String] = []
    for (column, width) in widths.enumerated() {
      let cell = column < cells.count ? cells[column] : ""
      let padding = String(repeating: " ", count: max(0, width - cell.count))
      parts.append(column == 0 ? cell + padding : padding + cell)
    }
    let line = parts.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}
