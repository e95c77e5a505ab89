import ArgumentParser
import IKC
import Signals

struct Tap: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sits between two kernels and prints what they say to each other.",
    discussion: """
      Every byte is passed on as it came, in both directions, whatever it means; so are ends and broken connections. \
      What is printed, one line each: `<time> <connection> <direction> <what>`, the time in UTC, the direction `>` \
      for the client and `<` for the server; negotiation lines as they are, messages as post, call or error with \
      specifier and parameters. Where output is taken too slowly, messages are left out and counted, never delayed. \
      It ends, and the connections with it, on SIGINT, on SIGTERM, and where nobody reads its output any more.

      EXAMPLES
        ikc tap --listen tcp://127.0.0.1:6032 --connect tcp://127.0.0.1:6031
        ikc tap --json --listen unix:tap.sock --connect unix:pulse.sock | jq .kind
      """
  )

  @Option(
    help: ArgumentHelp("Where the clients connect to instead: tcp://HOST:PORT or unix:PATH.", valueName: "addr"),
    transform: address)
  var listen: Address

  @Option(help: ArgumentHelp("The server: tcp://HOST:PORT or unix:PATH.", valueName: "addr"), transform: address)
  var connect: Address

  @Flag(help: "Print a JSON object for each line.")
  var json = false

  @Option(help: ArgumentHelp("Seconds to wait for the server's connection.", valueName: "s"))
  var timeout = 30.0

  func validate() throws {
    guard timeout >= 0.001, timeout <= 1e6 else {
      throw ValidationError("--timeout takes seconds, from 0.001 to 1000000")
    }
  }

  func run() async throws {
    guard let signals = SignalPipe.catching(SignalPipe.interruptAndTermination) else {
      throw Failure(.unreachable, "cannot open a pipe to wait for SIGINT and SIGTERM")
    }
    let listener = try BlockingListener(on: listen)
    defer { listener.removeFile() }
    try Process.write(TapOutput(isJSON: json).listening(on: listener.address))
    let (ends, end) = AsyncStream.makeStream(of: Failure?.self)
    let printer = TapPrinter(isJSON: json) { end.yield($0) }
    signals.onEach { _ in end.yield(nil) }
    guard accept(from: listener, printer) else { throw Failure(.unreachable, "cannot start a thread") }
    for await failure in ends {
      await printer.finish()
      if let failure { throw failure }
      return
    }
  }

  /// Passes on each connection, on a thread of its own; false where there is none to accept them.
  private func accept(from listener: BlockingListener, _ printer: TapPrinter) -> Bool {
    let (server, limit) = (connect, Duration.seconds(timeout))
    return OwnThread.start {
      var number = 0
      while let client = listener.accept() {
        number += 1
        let connection = TapConnection(number: number, printer: printer)
        // The thread is the only one that uses the socket from here on.
        nonisolated(unsafe) let socket = client
        if !OwnThread.start({ connection.pass(socket, to: server, timeout: limit) }) {
          client.breakOff()
          printer.closed(number, because: "there are too many threads")
        }
      }
    }
  }
}
