import Foundation
import TestSupport
import Testing

/// The built tool, run with tiny counts.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CommandTests {
  /// A row of the JSON that the tool writes.
  struct Result {
    var name: String
    var figure: Double
    var object: [String: Any]

    func number(_ key: String) -> Double? { object[key] as? Double }
  }

  /// Runs the tool; `unit` is the key of the figures.
  func results(_ arguments: [String], unit: String) async throws -> [String: [Result]] {
    let path = ChildProcess.product("ikc-bench")
    let outcome = try await ChildProcess.run(path, arguments + ["--rounds", "2", "--json", "-"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
    let measurements = try #require(json?["measurements"] as? [[String: Any]])
    var results: [String: [Result]] = [:]
    for measurement in measurements {
      let title = try #require(measurement["title"] as? String)
      results[title] = try #require(measurement["results"] as? [[String: Any]]).compactMap { row in
        guard let name = row["name"] as? String, let figure = row[unit] as? Double else { return nil }
        return Result(name: name, figure: figure, object: row)
      }
    }
    return results
  }

  /// A single measurement, whose rows have figures, and whose kernels stand in relation to the floor.
  func rows(_ arguments: [String], unit: String, names: [String]) async throws -> [Result] {
    let results = try await results(arguments, unit: unit)
    let rows = try #require(results.first?.value)
    #expect(rows.map(\.name) == names)
    for row in rows {
      #expect(row.figure > 0, "\(row.name)")
      #expect((row.number("ratio_to_floor") ?? 0) > 0, "\(row.name)")
    }
    return rows
  }

  @Test func postCountsWhatArrives() async throws {
    _ = try await rows(["post", "--count", "500"], unit: "posts_per_second", names: ["libuv floor", "ikc"])
  }

  @Test func callMeasuresEachFormAndItsLatency() async throws {
    let rows = try await rows(
      ["call", "--count", "300", "--depth", "8", "--connections", "2"], unit: "calls_per_second",
      names: ["libuv floor", "ikc callback", "ikc async", "ikc async queue"])
    for row in rows {
      let latencies = ["p50_microseconds", "p99_microseconds", "p99.9_microseconds"].compactMap(row.number)
      #expect(latencies.count == 3 && latencies == latencies.sorted() && latencies[0] > 0, "\(row.name)")
    }
  }

  @Test(arguments: [["--unix"], ["--protocol", "ikc"], ["--queue", "dispatch"], ["--loops", "2"]])
  func callWorksInEachSetting(setting: [String]) async throws {
    _ = try await rows(
      ["call", "--count", "50", "--depth", "2", "--form", "callback"] + setting, unit: "calls_per_second",
      names: ["libuv floor", "ikc callback"])
  }

  @Test func connectMakesAndEndsConnections() async throws {
    _ = try await rows(
      ["connect", "--count", "20", "--depth", "2"], unit: "connects_per_second", names: ["libuv floor", "ikc"])
  }

  @Test func bulkMovesLongStrings() async throws {
    _ = try await rows(
      ["bulk", "--count", "4", "--size", "600000"], unit: "megabytes_per_second",
      names: ["libuv floor", "ikc counted", "ikc decoded"])
  }

  @Test func idleReadsTheMemoryOfTheServer() async throws {
    let results = try await results(["idle", "--connections", "700"], unit: "resident_bytes_per_connection")
    let rows = try #require(results["idle · 700 connections"])
    #expect(rows.map(\.name) == ["libuv floor", "ikc"])
    for row in rows { #expect(row.figure > 0, "\(row.name)") }
  }

  @Test func idleComparesTheBusyOnes() async throws {
    let results = try await results(
      ["idle", "--connections", "200", "--busy", "5", "--count", "400"], unit: "calls_per_second")
    #expect(results["10 busy connections alone"]?.count == 2)
    #expect(results["10 busy beside 190 idle connections"]?.count == 2)
  }

  @Test func openKeepsItsRate() async throws {
    let rows = try await rows(
      ["open", "--count", "300", "--rate", "3000"], unit: "calls_per_second", names: ["libuv floor", "ikc"])
    for row in rows { #expect(row.figure < 3100, "\(row.name)") }
  }

  @Test func codecMeasuresEachDirection() async throws {
    let results = try await results(["codec", "--count", "3"], unit: "operations_per_second")
    // Two directions of three samples for each of five serializers.
    #expect(results.count == 30)
    for (title, rows) in results {
      #expect(rows.map(\.name).starts(with: ["ikc Value", "ikc Codable"]), "\(title)")
      for row in rows { #expect(row.figure > 0, "\(title), \(row.name)") }
    }
  }

  @Test func growthComparesManyChannelsWithFew() async throws {
    let growth = ["growth", "--connections", "3000", "--count", "600"]
    let results = try await results(growth, unit: "nanoseconds_per_event")
    for work in ["post received", "call answered", "post sent"] {
      for spread in ["64 of the channels", "all channels"] {
        let rows = try #require(results["growth · \(work) · over \(spread)"])
        #expect(rows.map(\.name) == ["1,000 channels", "3,000 channels"])
        for row in rows { #expect(row.figure > 0, "\(work), \(row.name)") }
      }
    }
    #expect(results["growth · memory · 3,000 channels"]?.isEmpty == true, "it has another unit")
  }

  @Test func syscallsAreOneReadAndOneWriteForEachTurn() async throws {
    let outcome = try await ChildProcess.run(
      ChildProcess.product("ikc-bench"), ["syscalls", "--count", "300", "--optional"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let isTraced = !outcome.text.contains("not counted")
    for title in ["post received · 64 connections", "call answered · 1 connection · depth 128"] {
      #expect(outcome.text.contains(title) == isTraced)
    }
  }

  @Test func growthLooksIntoItsOwnProcessAlone() async throws {
    let outcome = try await ChildProcess.run(
      ChildProcess.product("ikc-bench"), ["growth", "--connect", "tcp://127.0.0.1:1"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("can't take --connect"))
  }

  @Test func sizesListsHandlesAndObjects() async throws {
    let results = try await results(["sizes"], unit: "bytes")
    #expect(results["libuv"]?.first { $0.name == "uv_tcp_t" }?.figure ?? 0 > 100)
  }

  @Test func tableAndPageAreWritten() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appendingPathComponent("page.html").path
    let outcome = try await ChildProcess.run(
      ChildProcess.product("ikc-bench"), ["post", "--count", "100", "--rounds", "1", "--html", page])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("× floor"))
    #expect(outcome.text.contains("posts/s"))
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<svg"))
  }

  @Test(arguments: [
    ["post", "--count", "0"], ["call", "--depth", "0"], ["open", "--rate", "-1"], ["check", "--count", "0"],
    ["syscalls", "--count", "0"],
    ["nonsense"],
  ])
  func wrongUseIsRefused(arguments: [String]) async throws {
    let outcome = try await ChildProcess.run(ChildProcess.product("ikc-bench"), arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
  }

  @Test func unknownSerializerIsRefused() async throws {
    let outcome = try await ChildProcess.run(
      ChildProcess.product("ikc-bench"), ["post", "--count", "1", "--serializer", "none"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("there is no serializer \"none\""))
  }

  #if os(Linux)
    @Test func interruptEndsTheServerProcessToo() async throws {
      let bench = try ChildProcess(
        ChildProcess.product("ikc-bench"), ["call", "--seconds", "100", "--rounds", "1"], limit: 60)
      var children: [pid_t] = []
      await Self.until {
        children = Self.children(of: bench.id)
        return !children.isEmpty
      }
      #expect(!children.isEmpty)
      bench.signal(SIGINT)
      #expect(await bench.outcome().status == 128 + SIGINT)
      await Self.until { children.allSatisfy { kill($0, 0) != 0 } }
      #expect(children.allSatisfy { kill($0, 0) != 0 })
    }

    /// The processes that any thread of a process has started.
    private static func children(of process: pid_t) -> [pid_t] {
      let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
      return tasks.flatMap { task in
        let text = (try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
      }
    }
  #endif

  /// Waits for a condition in other processes, of which nobody tells; for a minute at most.
  private static func until(_ condition: () -> Bool) async {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition(), ContinuousClock.now < deadline { await Task.yield() }
  }
}
