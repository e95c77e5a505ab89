import ArgumentParser
import IKC
import Signals

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves IKC until SIGINT or SIGTERM.",
    discussion: """
      Prints `listening ADDR` for each address once it accepts, with the port that was chosen for 0.

      A command of --exec runs with /bin/sh. It gets the parameters as one line of JSON; what it writes is the result, \
      read as JSON where it is that, else as text, undef where it is empty. Any other status than 0 is reported to the \
      caller as an error, with the last line that the command wrote to stderr.

      With --workers the addresses are served by processes of their own, started anew when they end, fail or hang; \
      a connection goes to any of them, so handlers must not count on what another connection has left. What goes wrong \
      with them is logged to stderr. A second signal kills them.

      EXAMPLES
        ikc serve --listen tcp://127.0.0.1:6031 --name Demo --demo
        ikc serve --listen unix:tools.sock --exec host/up=uptime --exec 'json/keys=jq keys'
        ikc serve --listen tcp://0.0.0.0:603 --workers 4 --connections 10000 --demo
      """
  )

  @Option(
    help: ArgumentHelp("Where to listen: tcp://HOST:PORT or unix:PATH; more than once if wanted.", valueName: "addr"),
    transform: address)
  var listen: [Address] = [.tcp("127.0.0.1", port: 0)]

  @OptionGroup var kernel: KernelOptions

  @Option(help: ArgumentHelp("A further name of this kernel; more than once if wanted.", valueName: "name"))
  var alias: [String] = []

  @Option(help: ArgumentHelp("A serializer that peers may choose; more than once if wanted.", valueName: "s"))
  var serializer: [SerializerName] = SerializerName.known.map { SerializerName($0) }

  @Flag(
    help:
      "Publish the session `demo`: echo, add, sleep, fail, undef, list, count, counted, notify, reply_to, whoami, pid, big."
  )
  var demo = false

  @Option(
    help: ArgumentHelp("Connections that may be open at once on each address; further ones wait.", valueName: "n"))
  var concurrency: Int?

  @Option(
    help: ArgumentHelp(
      "Accept so many connections on an address in all; a worker then makes room for another.", valueName: "n"))
  var connections: Int?

  @OptionGroup var workers: WorkerOptions

  @OptionGroup var exec: ExecOptions

  func run() async throws {
    let worker = Worker.inherited
    if worker == nil, workers.workers > 0 { return try await workers.supervise(listen) }
    var configuration = Configuration()
    configuration.aliases = alias
    configuration.concurrency = concurrency
    configuration.connections = connections
    configuration.negotiation = kernel.protocol.negotiation
    configuration.serializers = serializer.map(\.serializer)
    let server = Kernel(name: kernel.name, configuration: configuration)
    if demo { try Demo.publish(in: server) }
    let commands = try exec.publish(in: server)
    defer { commands?.stop() }

    guard let signals = SignalPipe.catching(SignalPipe.interruptAndTermination) else {
      throw Failure(.unreachable, "cannot open a pipe to wait for SIGINT and SIGTERM")
    }
    if let worker {
      signals.onEach { _ in worker.drain() }
      return try await worker.run(server)
    }
    do {
      for address in listen {
        let listener = try await server.listen(on: address)
        try Process.print("listening \(listener.address)")
      }
    } catch {
      await server.shutdown(deadline: .zero)
      throw error
    }
    await signals.first()
    await server.shutdown()
  }
}
