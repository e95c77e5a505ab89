import ArgumentParser
import IKC

struct Call: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Calls an event and prints the returned value as JSON.",
    discussion: """
      EXAMPLES
        ikc call --connect tcp://127.0.0.1:6031 demo/add '[1, 2, 3]'
        ikc call --connect unix:/run/pulse.sock --timeout 2 poe://Pulse/timeserver/time
        ikc call --connect tcp://127.0.0.1:6031 --list demo/list
      """
  )

  @OptionGroup var peer: PeerOptions

  @Flag(help: "Ask in list context: the answer is an array of all returned values.")
  var list = false

  @OptionGroup var message: Message

  func run() async throws {
    let parameters = try message.value()
    let result = try await Peer.withConnection(peer) { connected in
      try await connected.kernel.call(
        message.destination(at: connected.channel), parameters, as: Value.self, timeout: peer.limit, wantArray: list)
    }
    try Process.write(result.json() + [UInt8(ascii: "\n")])
  }
}
