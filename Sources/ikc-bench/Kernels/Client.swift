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

  static func connect(to address: Address, _ settings: Settings) async throws -> Client {
    let kernel = Kernel(configuration: try settings.configuration())
    let firstError = FirstError()
    kernel.onError { firstError.keep($0) }
    do {
      return Client(kernel: kernel, channel: try await kernel.connect(to: address), firstError: firstError)
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
