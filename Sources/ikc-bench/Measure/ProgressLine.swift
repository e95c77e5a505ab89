import Foundation

/// What is being measured, on one line of a terminal; nothing where stderr is none.
struct ProgressLine: Sendable {
  var shown = isatty(STDERR_FILENO) == 1
  private let coloured = ProcessInfo.processInfo.environment["NO_COLOR"] == nil

  func show(_ title: String, _ step: String) {
    let (dim, plain) = coloured ? ("\u{1B}[2m", "\u{1B}[0m") : ("", "")
    write("\r\u{1B}[K\(title)  \(dim)\(step)\(plain)")
  }

  func clear() {
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    guard shown else { return }
    FileHandle.standardError.write(Data(text.utf8))
  }
}
