import Foundation
import Testing

@testable import ikc_bench

@Suite struct ReportTests {
  @Test func columnsOfTheTableAreAligned() throws {
    let lines = SampleReport.make().text().split(separator: "\n")
    let figures = lines.filter { $0.hasPrefix("  ") && $0.contains("/s") }
    #expect(figures.count == 9)
    let ends = Set(figures.compactMap { $0.range(of: "s/s")?.upperBound.utf16Offset(in: $0) })
    #expect(ends.count == 1)
  }

  @Test func noLineEndsInBlanks() {
    for line in SampleReport.make().text().split(separator: "\n") {
      #expect(!line.hasSuffix(" "), "\(line)")
    }
  }

  @Test func ratiosAreToTheFloorAndToPerl() throws {
    let post = SampleReport.post
    let row = try #require(post.row(.ikc))
    #expect(abs(try #require(post.ratio(row, to: .floor)) - 7_204_112 / 16_913_098) < 1e-12)
    #expect(abs(try #require(post.ratio(row, to: .perl)) - 7_204_112 / 36_120) < 1e-9)
    #expect(post.latencyRatio(row, to: .floor) == nil)
  }

  @Test func withoutAFloorThereIsNoRatio() throws {
    let codec = SampleReport.codec
    let row = try #require(codec.row(.ikc))
    #expect(codec.ratio(row, to: .floor) == nil)
  }

  @Test func jsonNamesUnits() throws {
    let json = try SampleReport.make().json()
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let comparisons = try #require(object["measurements"] as? [[String: Any]])
    let call = try #require(comparisons[1]["results"] as? [[String: Any]])
    #expect(call[1]["calls_per_second"] as? Double == 910_000)
    for key in ["p50_microseconds", "p99_microseconds", "p99.9_microseconds", "ratio_to_floor", "ratio_to_perl"] {
      #expect(call[1][key] is Double, "\(key)")
    }
    let machine = try #require(object["machine"] as? [String: Any])
    #expect(machine["memory_bytes"] as? Int == 24 << 30)
    #expect(object["date"] as? String == "2026-09-21T14:13:20Z")
  }

  @Test(arguments: [
    (0.0, 0, "0"), (999.0, 0, "999"), (1000.0, 0, "1,000"), (16_913_098.4, 0, "16,913,098"), (0.42, 2, "0.42"),
    (1234.567, 1, "1,234.6"), (-1234.0, 0, "-1,234"), (0.996, 2, "1.00"), (-0.001, 1, "0.0"), (2.05, 3, "2.050"),
  ]) func numbersAreFormatted(number: Double, decimals: Int, text: String) {
    #expect(formatted(number, decimals: decimals) == text)
  }

  @Test(arguments: [(0.0, "0"), (0.5, "0.5"), (12.5, "12.5"), (100.0, "100"), (0.25, "0.25"), (2000.0, "2,000")])
  func numbersOfMarksAreShort(number: Double, text: String) {
    #expect(shortest(number) == text)
  }

  @Test(arguments: [(0.0634, "0.063"), (0.5, "0.50"), (99.994, "99.99"), (468.2, "468")])
  func ratiosHaveThreeDigits(ratio: Double, text: String) {
    #expect(ratioText(ratio) == text)
  }

  @Test func numbersThatAreNoneAreDashes() {
    #expect(formatted(.infinity) == "–")
    #expect(formatted(.nan) == "–")
  }
}
