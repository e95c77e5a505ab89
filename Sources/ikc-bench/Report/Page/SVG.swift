/// Markup of an SVG picture, built element by element; text is escaped.
struct SVG {
  /// Where a text stands in relation to its point.
  enum Anchor: String {
    case start, middle, end
  }

  var width: Double
  var height: Double
  private(set) var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  mutating func text(_ text: String, x: Double, y: Double, class name: String = "muted", anchor: Anchor = .start) {
    body += "<text x=\"\(c(x))\" y=\"\(c(y))\" class=\"\(name)\" text-anchor=\"\(anchor.rawValue)\">"
    body += "\(escaped(text))</text>"
  }

  mutating func line(x1: Double, y1: Double, x2: Double, y2: Double, class name: String) {
    body += "<line x1=\"\(c(x1))\" y1=\"\(c(y1))\" x2=\"\(c(x2))\" y2=\"\(c(y2))\" class=\"\(name)\"/>"
  }

  /// A bar to the right: square where it begins, rounded where it ends.
  mutating func bar(
    x: Double, y: Double, width: Double, height: Double, class name: String, title: String
  ) {
    let width = max(width, 1)
    let radius = min(4, width, height / 2)
    let path =
      "M\(c(x)),\(c(y))h\(c(width - radius))a\(c(radius)),\(c(radius)) 0 0 1 \(c(radius)),\(c(radius))"
      + "v\(c(height - 2 * radius))a\(c(radius)),\(c(radius)) 0 0 1 -\(c(radius)),\(c(radius))h-\(c(width - radius))z"
    body += "<path d=\"\(path)\" class=\"fill \(name)\"><title>\(escaped(title))</title></path>"
  }

  mutating func polyline(_ points: [(x: Double, y: Double)], class name: String, title: String) {
    let list = points.map { "\(c($0.x)),\(c($0.y))" }.joined(separator: " ")
    body += "<polyline points=\"\(list)\" class=\"stroke \(name)\"><title>\(escaped(title))</title></polyline>"
  }

  mutating func dot(x: Double, y: Double, class name: String, title: String) {
    body += "<circle cx=\"\(c(x))\" cy=\"\(c(y))\" r=\"3\" class=\"fill dot \(name)\">"
    body += "<title>\(escaped(title))</title></circle>"
  }

  /// - Parameters:
  ///   - label: What a reader who does not see the picture is told.
  ///   - style: A style sheet of its own, for a picture that stands alone.
  func rendered(label: String, style: String? = nil) -> String {
    let styles = style.map { "<style>\($0)</style>" } ?? ""
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(c(width)) \(c(height))\" role=\"img\" "
      + "style=\"max-width:\(c(width))px\" aria-label=\"\(escaped(label))\">\(styles)\(body)</svg>"
  }

  /// A coordinate with one decimal at most.
  private func c(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths.isMultiple(of: 10) ? String(tenths / 10) : String(Double(tenths) / 10)
  }
}

/// Text as it may stand in markup and in attributes.
func escaped(_ text: String) -> String {
  var out = ""
  for character in text {
    switch character {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    default: out.append(character)
    }
  }
  return out
}
