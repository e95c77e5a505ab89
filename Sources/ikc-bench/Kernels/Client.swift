import IKC

/// One connection to the server. Each has a kernel of its own, since a kernel
/// has one channel to each other kernel.
struct Client: Sendable {
  var kernel: Kernel
  var channel: Channel

  static func connect(to address: Address, _ settings: Settings) async throws -> Client {
    let kernel = Kernel(configuration: try settings.configuration())
    do {
      return Client(kernel: kernel, channel: try await kernel.connect(to: address))
    } catch {
      await kernel.shutdown()
      throw error
    }
  }

  /// The state of the server's session `bench`.
  func specifier(_ state: String) -> Specifier {
    Specifier(kernel: channel.name, session: BenchSession.name, state: state)
  }
}
