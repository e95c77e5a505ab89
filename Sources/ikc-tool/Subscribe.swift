import ArgumentParser
import IKC
import Signals

struct Subscribe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Subscribes to sessions or states, and posts through the proxies.",
    discussion: """
      Prints `accepted SPEC` or `refused SPEC: WHY` for each specifier, and ends with status 1 where a kernel refuses one, \
      4 where one is not answered in time. With --receive it stays and prints `STATE [ARGUMENTS]` for what the other \
      side posts back, until SIGINT, SIGTERM or the end of the kernel.

      EXAMPLES
        ikc subscribe --connect tcp://127.0.0.1:6031 demo demo/echo
        ikc subscribe --connect tcp://127.0.0.1:6031 demo --post notify --argument '["tick", 3]' --receive tick
      """
  )

  @OptionGroup var peer: PeerOptions

  @Option(help: ArgumentHelp("Post this state through each proxy that was accepted.", valueName: "state"))
  var post: String?

  @Option(help: ArgumentHelp("An argument of what is posted; more than once if wanted.", valueName: "json"))
  var argument: [String] = []

  @Option(
    help: ArgumentHelp(
      "Stay, and print what is posted back to this state; more than once if wanted.", valueName: "state"))
  var receive: [String] = []

  @Argument(
    help: ArgumentHelp("A session or session/state at the peer, or poe://kernel/session[/state].", valueName: "spec"),
    transform: Published.place)
  var places: [Published.Place]

  func validate() throws {
    guard post != nil || argument.isEmpty else { throw ValidationError("--argument needs --post") }
    for state in receive where (try? Specifier("poe:/s/" + state))?.state != state {
      throw ValidationError("\"\(state)\" is no state's name")
    }
  }

  func run() async throws {
    let arguments = try values()
    guard let signals = SignalPipe.catching(SignalPipe.interruptAndTermination) else {
      throw Failure(.unreachable, "cannot open a pipe to wait for SIGINT and SIGTERM")
    }
    try await Peer.withConnection(peer) { connected in
      let session = try receiver(in: connected.kernel)
      let specifiers = places.map { destination($0.specifier, connected.channel) }
      let results = await connected.kernel.subscribe(specifiers, timeout: peer.limit, as: session)
      var failure: IKCError?
      var proxies: [Proxy] = []
      for (place, result) in zip(places, results) {
        switch result {
        case .success(let proxy):
          proxies.append(proxy)
          try Process.print("accepted \(place.text)")
        case .failure(let error):
          failure = failure ?? error
          try Process.print("refused \(place.text): \(error.message)")
        }
      }
      if let post { for proxy in proxies { try proxy.post(post, arguments: arguments) } }
      if !receive.isEmpty, let proxy = proxies.first {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        proxy.onEnd { _ in end.yield() }
        Task {
          await signals.first()
          end.yield()
        }
        for await _ in ends { break }
      }
      if let failure { throw Failure(failure) }
    }
  }

  /// The session that what is posted back comes to.
  private func receiver(in kernel: Kernel) throws -> Session {
    let session = kernel.session("subscriber")
    for state in receive {
      session.on(state) { (event: Event) throws -> Void in
        let line = String(decoding: try Value.array(try event.arguments).json(), as: UTF8.self)
        try Process.print("\(state) \(line)")
      }
      try session.publish(state)
    }
    return session
  }

  private func destination(_ specifier: Specifier, _ channel: Channel) -> Specifier {
    guard specifier.kernel.isEmpty else { return specifier }
    return Specifier(kernel: channel.name, session: specifier.session, state: specifier.state)
  }

  private func values() throws(Failure) -> [Value] {
    var values: [Value] = []
    for text in argument {
      do throws(IKCError) {
        values.append(try Value(json: text))
      } catch {
        throw Failure(.unreadable, "an argument is no JSON: \(error.message)")
      }
    }
    return values
  }
}
