public import ArgumentParser
import Foundation
public import IKC

/// The options of every mode.
struct CommonOptions: ParsableArguments {
  @Option(help: "Connections to the server.")
  var connections: Int?

  @Option(help: "Calls under way per connection; workers in connect.")
  var depth: Int?

  @Option(help: "Octets of the string parameter.")
  var size: Int?

  @Option(help: "Operations in each round, instead of a time.")
  var count: UInt64?

  @Option(help: "Seconds of each round.")
  var seconds: Double?

  @Option(help: "Rounds of each contender; the table shows their median.")
  var rounds: Int?

  @Option(help: "Event loops of the server.")
  var loops = 1

  @Option(help: "How the kernels drain their serial queues: inline or dispatch.")
  var queue = Settings.Queue.inline

  @Option(help: "Microseconds that the kernels' loops look for events before they sleep; 0 to 1000.")
  var busyPolling: Int?

  @Option(help: "The serializer that the kernels agree on.")
  var serializer = "storable"

  @Option(name: .customLong("protocol"), help: "The negotiation: ikc (classic) or ikc0.")
  var negotiation = Settings.Negotiation.ikc0

  @Flag(help: "Unix sockets instead of TCP over loopback.")
  var unix = false

  @Option(help: "Write the results as JSON to this file; - is standard output.")
  var json: String?

  @Option(help: "Write the results as one self-contained page to this file.")
  var html: String?

  @Option(help: "Write the chart against the floor as a picture to this file.")
  var svg: String?

  @Option(help: "Measure the server at this address instead of one of our own.")
  var connect: Address?

  @Option(help: "Measure this peer as the server too: perl.")
  var peer: Peer?

  enum Peer: String, ExpressibleByArgument, CaseIterable {
    case perl
  }

  func validate() throws {
    for (name, value) in [("connections", connections), ("depth", depth), ("size", size), ("rounds", rounds)] {
      if let value, value < 1 { throw ValidationError("--\(name) must be at least 1.") }
    }
    if loops < 1 || loops > 256 { throw ValidationError("--loops must be from 1 to 256.") }
    if let busyPolling, !(0...1000).contains(busyPolling) {
      throw ValidationError("--busy-polling must be from 0 to 1000.")
    }
    if count == 0 { throw ValidationError("--count must be at least 1.") }
    if let seconds, !(seconds > 0 && seconds <= 600) {
      throw ValidationError("--seconds must be above 0 and at most 600.")
    }
    if count != nil, seconds != nil { throw ValidationError("Give either --count or --seconds.") }
  }

  var settings: Settings {
    var settings = Settings()
    settings.connections = connections
    settings.depth = depth
    settings.size = size
    if let count { settings.limit = Limit(operations: count, seconds: nil) }
    if let seconds { settings.limit = Limit(operations: nil, seconds: seconds) }
    if let rounds { settings.rounds = rounds }
    settings.loops = loops
    settings.queue = queue
    settings.busyPolling = busyPolling
    settings.serializer = serializer
    settings.negotiation = negotiation
    settings.unix = unix
    settings.connect = connect
    settings.perl = peer == .perl
    return settings
  }

  /// Measures and shows the results them in each way that was asked for.
  func report(_ measure: (Settings) async throws -> [Comparison]) async throws {
    ChildRegistry.endWithSignals()
    FileLimit.raise()
    signal(SIGPIPE, SIG_IGN)
    var report = Report(
      command: (["ikc-bench"] + CommandLine.arguments.dropFirst()).joined(separator: " "),
      date: Date(), machine: .current(), settings: settings)
    if settings.perl {
      guard let version = PerlServer.version() else {
        throw Failure("perl cannot load POE::Component::IKC::Server; PERL5LIB tells it where to look")
      }
      report.perl = version
    }
    report.comparisons = try await measure(settings)
    if json != "-" { print(report.machine.summary, "\n", report.text(), separator: "\n", terminator: "") }
    if let json { try write(report.json(), to: json) }
    if let html { try write(Data(Page(report: report).rendered().utf8), to: html) }
    if let svg {
      try write(Data(OverviewChart(report.comparisons).rendered(style: Palette.picture).utf8), to: svg)
    }
  }

  private func write(_ data: Data, to path: String) throws {
    if path == "-" {
      FileHandle.standardOutput.write(data)
      return
    }
    do {
      try data.write(to: URL(fileURLWithPath: path))
    } catch {
      throw Failure("cannot write \(path): \(error.localizedDescription)")
    }
  }
}

extension Settings.Queue: ExpressibleByArgument {}
extension Settings.Negotiation: ExpressibleByArgument {}

extension Address: ExpressibleByArgument {
  /// The address that an argument says; nil where it says none.
  public init?(argument: String) {
    try? self.init(argument)
  }
}
