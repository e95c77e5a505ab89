import ArgumentParser
import Foundation

struct SyscallsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "syscalls",
    abstract:
      "Counts the system calls of a loop's turns, and fails where a connection has more than one read or write in one.",
    discussion: """
      Needs strace. When events are waiting, a turn of the loop has at most one read and one write for each connection, whatever \
      the number of the events. A read that fills its buffer of 256 KiB is followed by another and is not counted.
      """
  )

  @Option(help: ArgumentHelp("Events of each case.", valueName: "n"))
  var count: UInt64 = 20_000

  @Flag(help: "Succeed where strace is missing or not allowed to trace.")
  var optional = false

  func validate() throws {
    if count == 0 { throw ValidationError("--count has to be 1 or more") }
  }

  func run() async throws {
    ChildRegistry.endWithSignals()
    guard await SyscallCase.canTrace() else {
      guard optional else { throw Failure("strace is missing here, or is not allowed to trace") }
      print("System calls are not counted: strace is missing here, or is not allowed to trace.")
      return
    }
    var table = TextTable(header: [
      "", "events", "turns", "events/turn", "reads/event", "writes/event", "reads/connection", "writes/connection", "",
    ])
    var exceeded = 0
    for work in SyscallCase.all {
      let trace = try await work.trace(count, Settings())
      let isKept = trace.mostReads <= 1 && trace.mostWrites <= 1 && trace.reads + trace.writes > 0
      if !isKept { exceeded += 1 }
      table.lines.append(.cells(row(work.title, trace) + [isKept ? "ok" : "exceeded"]))
    }
    table.lines.append(.note("Per connection: the most in one turn."))
    print(table.rendered(), terminator: "")
    if exceeded > 0 {
      throw Failure("\(exceeded) of the cases have a turn with more than one read or write of a connection")
    }
  }

  private func row(_ title: String, _ trace: SyscallTrace) -> [String] {
    func each(_ number: Int) -> String { formatted(Double(number) / Double(count), decimals: 3) }
    return [
      title, grouped(Int(count)), grouped(trace.waits),
      formatted(Double(count) / Double(max(trace.waits, 1)), decimals: 1),
      each(trace.reads), each(trace.writes), String(trace.mostReads), String(trace.mostWrites),
    ]
  }
}
