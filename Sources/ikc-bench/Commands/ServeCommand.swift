import ArgumentParser
import Foundation
import IKC

/// The server process of the other subcommands.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves what the other subcommands measure (for --connect).",
    shouldDisplay: false
  )

  @Option(help: "Where to listen.")
  var listen = Address.tcp(host: "127.0.0.1", port: 0)

  @Flag(help: "Be the raw floor instead of a kernel.")
  var floor = false

  @Option(help: "Octets of the body of each reply of the floor; 0 only counts.")
  var reply = 0

  @Option(help: "Event loops.")
  var loops = 1

  @Option(help: "How the serial queue is drained.")
  var queue = Settings.Queue.inline

  @Option(help: "Microseconds that the loops look for events before they sleep.")
  var busyPolling: Int?

  @Option(help: "The serializer.")
  var serializer = "storable"

  @Option(name: .customLong("protocol"), help: "The negotiation.")
  var negotiation = Settings.Negotiation.ikc0

  @Flag(help: "End when standard input ends.")
  var endWithStdin = false

  func run() async throws {
    FileLimit.raise()
    signal(SIGPIPE, SIG_IGN)
    if endWithStdin { Self.endWithStandardInput() }
    if floor { try FloorServer.run(on: listen, reply: reply, loops: loops) }
    var settings = Settings()
    settings.loops = loops
    settings.queue = queue
    settings.busyPolling = busyPolling
    settings.serializer = serializer
    settings.negotiation = negotiation
    try await KernelServer.run(on: listen, settings)
  }

  /// Whoever started this process holds the other end; when it is gone, by
  /// whatever way, so is this process.
  private static func endWithStandardInput() {
    Thread.detachNewThread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      _exit(0)
    }
  }
}
