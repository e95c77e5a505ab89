import ArgumentParser
import IKC

struct Post: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Posts an event.",
    discussion: """
      Ends as soon as the event is sent, whatever the peer makes of it.

      EXAMPLES
        ikc post --connect tcp://127.0.0.1:6031 demo/count
        ikc post --connect unix:/run/pulse.sock log/line '{"text": "deployed"}'
      """
  )

  @OptionGroup var peer: PeerOptions
  @OptionGroup var message: Message

  func run() async throws {
    let parameters = try message.value()
    try await Peer.withConnection(peer) { connected in
      try connected.kernel.post(message.destination(at: connected.channel), parameters)
    }
  }
}
