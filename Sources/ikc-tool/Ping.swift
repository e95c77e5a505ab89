import ArgumentParser
import IKC

struct Ping: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pings a kernel and prints the round-trip time.",
    discussion: """
      EXAMPLES
        ikc ping --connect tcp://127.0.0.1:6031
        ikc ping --connect unix:/run/pulse.sock --timeout 1 || systemctl restart pulse
      """
  )

  @OptionGroup var peer: PeerOptions

  func run() async throws {
    let time = try await Peer.withConnection(peer) { connected in
      try await connected.kernel.ping(connected.channel.name, timeout: peer.limit)
    }
    try Process.print(Self.milliseconds(time))
  }

  /// The time in milliseconds with three decimals.
  static func milliseconds(_ time: Duration) -> String {
    let microseconds = Int64(time / .microseconds(1))
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) ms"
  }
}
