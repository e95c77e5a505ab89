import ArgumentParser
import IKC
import Logging
import Signals
import Synchronization

struct MonitorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Tells which kernels come and go, and what goes wrong, one line an event.",
    discussion: """
      Connects, listens, or both, and prints what a monitor hears, until SIGINT or SIGTERM; without --listen it ends with \
      its last connection. Each event is told under every name of its kernel, the real name first, as in IKC 0.2402: \
      register, channel ready, channel close, unregister, subscribe, unsubscribe, shutdown, and error with the operation \
      that failed. Where the output is not read, the oldest events are dropped and counted.

      EXAMPLES
        ikc monitor --connect tcp://127.0.0.1:6031
        ikc monitor --listen tcp://127.0.0.1:6032 --name Watch --json
        ikc monitor --listen unix:watch.sock Pulse
      """
  )

  @Option(
    help: ArgumentHelp(
      "A kernel to connect to: tcp://HOST:PORT or unix:PATH; more than once if wanted.", valueName: "addr"),
    transform: address)
  var connect: [Address] = []

  @Option(
    help: ArgumentHelp("Where to listen: tcp://HOST:PORT or unix:PATH; more than once if wanted.", valueName: "addr"),
    transform: address)
  var listen: [Address] = []

  @OptionGroup var kernel: KernelOptions

  @Option(help: ArgumentHelp("A serializer that may be used; more than once if wanted.", valueName: "s"))
  var serializer: [SerializerName] = SerializerName.known.map { SerializerName($0) }

  @Flag(help: "Print each event as a JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("The name of the kernel to monitor.", valueName: "kernel"))
  var watched = "*"

  func validate() throws {
    guard !connect.isEmpty || !listen.isEmpty else {
      throw ValidationError("say where to --connect or to --listen")
    }
  }

  func run() async throws {
    var configuration = Configuration()
    configuration.negotiation = kernel.protocol.negotiation
    configuration.serializers = serializer.map(\.serializer)
    // What goes wrong is printed as an event.
    let silence = Logger(label: "ikc") { _ in SwiftLogNoOpLogHandler() }
    let watcher = Kernel(name: kernel.name, configuration: configuration, logger: silence)
    guard let signals = SignalPipe.catching(SignalPipe.interruptAndTermination) else {
      throw Failure(.unreachable, "cannot open a pipe to wait for SIGINT and SIGTERM")
    }
    let changes = watcher.monitor(watched)
    do {
      for address in listen {
        let listener = try await watcher.listen(on: address)
        try Process.print(MonitorLine.listening(listener.address).text(json: json))
      }
      for address in connect { _ = try await watcher.connect(to: address) }
    } catch {
      await watcher.shutdown(deadline: .zero)
      throw error
    }
    Task {
      await signals.first()
      await watcher.shutdown()
    }
    if listen.isEmpty { Self.shutDownWithLastChannel(watcher) }
    for await change in changes {
      if change.dropped > 0 { try Process.print(MonitorLine.dropped(change.dropped).text(json: json)) }
      try Process.print(MonitorLine.change(change).text(json: json))
    }
  }

  /// Ends the kernel when nobody is connected any more.
  private static func shutDownWithLastChannel(_ kernel: Kernel) {
    let check: @Sendable () -> Void = { [weak kernel] in
      guard let kernel, kernel.channels.isEmpty else { return }
      kernel.shutdown {}
    }
    kernel.monitor { change in
      if case .unregister = change.kind { check() }
    }
    // All may have gone before this began.
    check()
  }
}
