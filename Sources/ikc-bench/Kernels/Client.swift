import IKC
import Synchronization

/// One connection to the server. Each has a kernel of its own, since a kernel
/// has one channel to each other kernel.
struct Client: Sendable {
  var kernel: Kernel
  var channel: Channel
  /// The first error that no call was told of.
  let firstError: FirstError

  final class FirstError: Sendable {
    private let text = Mutex<String?>(nil)

    var description: String? { text.withLock { $0 } }

    func keep(_ error: IKCError) {
      text.withLock { text in if text == nil { text = "\(error)" } }
    }
  }

  /// - Parameter loop: The loop that the kernel is a guest in; nil for a kernel with a loop of its own.
  static func connect(to address: Address, _ settings: Settings, on loop: ClientLoop? = nil) async throws -> Client {
    let kernel = try await kernel(settings, on: loop)
    let firstError = FirstError()
    kernel.onError { firstError.keep($0) }
    do {
      return Client(kernel: kernel, channel: try await kernel.connect(to: address), firstError: firstError)
    } catch {
      await kernel.shutdown()
      throw error
    }
  }

  static func kernel(_ settings: Settings, on loop: ClientLoop?) async throws -> Kernel {
    let configuration = try settings.configuration()
    guard let loop else { return Kernel(configuration: configuration) }
    return try await loop.run { try Kernel(configuration: configuration, adopting: $0) }
  }

  /// The state of the server's session `bench`.
  func specifier(_ state: String) throws -> Specifier {
    try Specifier("poe://\(channel.name)/\(BenchSession.name)/\(state)")
  }
}
