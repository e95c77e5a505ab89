import Foundation
import Testing

@testable import ikc_bench

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PageTests {
  @Test func pageIsWellFormed() throws {
    let page = Page(report: SampleReport.make()).rendered()
    let body = try #require(page.range(of: "<html"))
    let parser = XMLParser(data: Data(page[body.lowerBound...].utf8))
    #expect(parser.parse(), "line \(parser.lineNumber), column \(parser.columnNumber): \(page.prefix(200))")
  }

  @Test func pictureThatStandsAloneIsWellFormed() {
    let chart = OverviewChart(SampleReport.make().comparisons)
    let parser = XMLParser(data: Data(chart.rendered(style: Palette.picture).utf8))
    #expect(parser.parse())
  }

  @Test func pageLoadsNothingFromElsewhere() {
    let page = Page(report: SampleReport.make()).rendered()
      .replacing("http://www.w3.org/2000/svg", with: "")
    for forbidden in ["http:", "https:", "src=", "href=", "@import", "url("] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
  }

  @Test func pageIsLightAndDark() {
    #expect(Page(report: SampleReport.make()).rendered().contains("@media(prefers-color-scheme:dark)"))
  }

  @Test func textFromOutsideIsEscaped() {
    let page = Page(report: SampleReport.make()).rendered()
    #expect(page.contains("Test &amp; Sons &lt;CPU&gt;"))
    #expect(!page.contains("--peer <perl>"))
  }

  @Test func overviewLeavesOutWhereLessIsBetter() {
    let chart = OverviewChart([SampleReport.idle])
    #expect(chart.isEmpty)
    #expect(!OverviewChart([SampleReport.post]).isEmpty)
  }

  @Test func oneContenderHasOneColour() {
    #expect(Palette.name(.floor) == "floor")
    #expect(Palette.name(.ikc) == Palette.name(.ikc("callback")))
    #expect(Palette.name(.ikc("async")) != Palette.name(.ikc("callback")))
  }

  @Test(arguments: [1.0, 7, 99, 12_345, 16_913_098]) func linearAxisCoversTheMaximum(maximum: Double) throws {
    let axis = Axis.linear(maximum: maximum, from: 0, to: 100)
    let last = try #require(axis.marks.last)
    #expect(last >= maximum)
    #expect((4...7).contains(axis.marks.count))
    #expect(axis.position(0) == 0)
    #expect(abs(axis.position(last) - 100) < 1e-9)
  }

  @Test func logarithmicAxisCoversAllValues() {
    let axis = Axis.logarithmic([12, 34_000], from: 200, to: 0)
    #expect(axis.marks == [10, 100, 1000, 10_000, 100_000])
    #expect(abs(axis.position(10) - 200) < 1e-9)
    #expect(abs(axis.position(100_000)) < 1e-9)
    #expect(axis.position(0) == 200)
  }

  @Test func throughputIsThinnedToMeans() {
    let (values, width) = ThroughputChart.thinned([Double](repeating: 5, count: 400))
    #expect(values.count == 80)
    #expect(values.allSatisfy { $0 == 5 })
    #expect(abs(width - 0.05) < 1e-12)
  }
}
