import Foundation

@testable import ikc_bench

/// A report with each kind of comparison, its figures made up.
enum SampleReport {
  static func make() -> Report {
    var report = Report(
      command: "ikc-bench all --peer <perl> & \"more\"", date: Date(timeIntervalSince1970: 1_790_000_000),
      machine: Machine(
        processor: "Test & Sons <CPU>", cores: 2, memoryBytes: 24 << 30, system: "Linux 6 x86_64", libuv: "1.44.2",
        swift: "6.3"),
      perl: "Perl 5.36.0", settings: Settings())
    report.comparisons = [post, call, idle, codec]
    return report
  }

  static var post: Comparison {
    var comparison = Comparison(mode: "post", title: "post · 1 connection", unit: .posts)
    comparison.rows = [
      row(.floor, 16_913_098), row(.ikc, 7_204_112), row(.perl, 36_120),
    ]
    return comparison
  }

  static var call: Comparison {
    var comparison = Comparison(mode: "call", title: "call · 64 connections · depth 16", unit: .calls)
    comparison.rows = [
      row(.floor, 1_700_000, latency: 120), row(.ikc("callback"), 910_000, latency: 210),
      row(.ikc("async"), 512_345, latency: 340), row(.perl, 16_400, latency: 8000),
    ]
    return comparison
  }

  static var idle: Comparison {
    var comparison = Comparison(mode: "idle", title: "idle · 15,000 connections", unit: .bytesPerConnection)
    comparison.rows = [row(.floor, 304, curves: false), row(.ikc, 777, curves: false)]
    comparison.note = "Resident memory of the server process, per connection."
    return comparison
  }

  static var codec: Comparison {
    var comparison = Comparison(mode: "codec", title: "Storable · decode · nested", unit: .megabytes)
    comparison.rows = [row(.ikc("Value"), 210, curves: false), row(.perl, 150, curves: false)]
    return comparison
  }

  private static func row(
    _ contender: Contender, _ figure: Double, latency: Double? = nil, curves: Bool = true
  ) -> Comparison.Row {
    var row = Comparison.Row(contender: contender, figure: figure, rounds: [figure * 0.9, figure, figure * 1.1])
    if curves {
      row.throughput = (0..<150).map { slice in
        let wave = Double(slice * 7 % 11)
        return figure * (0.9 + 0.02 * wave)
      }
    }
    if let latency {
      var recorder = Recorder()
      for index in 1...20_000 {
        let tail: Double = index % 1000 == 0 ? 9 : index % 100 == 0 ? 4 : 1
        let spread = 0.6 + Double(index % 100) / 120
        recorder.record(latency: UInt64(latency * 1000 * tail * spread))
      }
      row.latency = Latency(recorder.latencies)
    }
    return row
  }
}
