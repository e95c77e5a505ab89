import ArgumentParser
import IKC
import Signals

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves IKC until SIGINT or SIGTERM.",
    discussion: "Prints `listening ADDR` for each address once it accepts, with the port that was chosen for 0."
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
      "Publish the session `demo`: echo, add, sleep, fail, undef, list, count, counted, notify, reply_to, whoami, big.")
  var demo = false

  func run() async throws {
    var configuration = Configuration()
    configuration.aliases = alias
    configuration.negotiation = kernel.protocol.negotiation
    configuration.serializers = serializer.map(\.serializer)
    let server = Kernel(name: kernel.name, configuration: configuration)
    if demo { try Demo.publish(in: server) }

    guard let signals = SignalPipe.catching(SignalPipe.interruptAndTermination) else {
      throw Failure(.unreachable, "cannot open a pipe to wait for SIGINT and SIGTERM")
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
