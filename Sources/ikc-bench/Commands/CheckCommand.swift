import ArgumentParser
import Foundation

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Counts instructions and allocations for each event, and fails where a threshold is exceeded.",
    discussion: """
      Needs valgrind. Unlike times, these figures hardly differ from run to run or from machine to machine. The table has the \
      figure, its threshold, and the difference; behind them what the figure is to come to.
      """
  )

  @Option(help: ArgumentHelp("The file of thresholds.", valueName: "file"))
  var thresholds = "Benchmarks/thresholds.json"

  @Option(help: ArgumentHelp("Events of the shorter of two runs; a twentieth of that are connections.", valueName: "n"))
  var count: UInt64 = 20_000

  func validate() throws {
    if count == 0 { throw ValidationError("--count has to be 1 or more") }
  }

  func run() async throws {
    ChildRegistry.endWithSignals()
    var table = TextTable(header: ["for each event", "figure", "threshold", "difference", "target"])
    var exceeded = 0
    for threshold in try Threshold.read(thresholds) {
      guard let work = CountCase(rawValue: threshold.name) else {
        throw Failure("\(thresholds) names \"\(threshold.name)\", which is none of: \(Self.names)")
      }
      let figures = try await Counter(settings: Settings(), count: max(1, count / work.events)).figures(work)
      table.lines.append(.heading(work.rawValue))
      for (unit, figure, limit, target) in [
        ("instructions", figures.instructions, threshold.instructions, threshold.targetInstructions),
        ("allocations", figures.allocations, threshold.allocations, threshold.targetAllocations),
      ] {
        table.lines.append(.cells(Self.row(unit, figure, limit, target)))
        if figure > limit { exceeded += 1 }
      }
    }
    print(table.rendered(), terminator: "")
    if exceeded > 0 { throw Failure("\(exceeded) of the figures exceed their thresholds") }
  }

  private static var names: String { CountCase.allCases.map(\.rawValue).joined(separator: "; ") }

  private static func row(_ unit: String, _ figure: Double, _ limit: Double, _ target: Double?) -> [String] {
    let digits = unit == "allocations" ? 2 : 0
    func text(_ number: Double) -> String { String(format: "%.\(digits)f", number) }
    return [
      "  " + unit, text(figure), text(limit), (figure > limit ? "+" : "") + text(figure - limit),
      target.map(text) ?? "–",
    ]
  }
}
