import Foundation

/// All that a run measured, with what it holds for.
struct Report: Sendable {
  var command: String
  var date: Date
  var machine: Machine
  var perl: String?
  var settings: Settings
  var comparisons: [Comparison] = []

  var hasPerl: Bool {
    comparisons.contains { $0.row(.perl) != nil }
  }
}
