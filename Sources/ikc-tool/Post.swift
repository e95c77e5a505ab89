import ArgumentParser
import IKC

struct Post: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Posts an event.", discussion: "Ends as soon as the event is sent, whatever the peer makes of it.")

  @OptionGroup var peer: PeerOptions
  @OptionGroup var message: Message

  func run() async throws {
    let parameters = try message.value()
    try await Peer.withConnection(peer) { connected in
      try connected.kernel.post(message.destination(at: connected.channel), parameters)
    }
  }
}
