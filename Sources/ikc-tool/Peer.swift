import IKC
import Logging

/// A kernel of our own, connected to the one peer that a command talks to.
struct Peer {
  let kernel: Kernel
  let channel: Channel

  /// Connects, lets `body` use the connection, and closes it once everything is sent.
  static func withConnection<Result>(
    _ options: PeerOptions, _ body: (Peer) async throws -> Result
  ) async throws -> Result {
    // What goes wrong is told once, on the way out.
    let silence = Logger(label: "ikc") { _ in SwiftLogNoOpLogHandler() }
    let kernel = Kernel(name: options.kernel.name, configuration: options.configuration, logger: silence)
    let result: Result
    do {
      let channel = try await kernel.connect(to: options.connect, timeout: options.limit)
      result = try await body(Peer(kernel: kernel, channel: channel))
    } catch {
      await kernel.shutdown(deadline: .zero)
      throw error
    }
    await kernel.shutdown(deadline: options.limit)
    return result
  }
}
