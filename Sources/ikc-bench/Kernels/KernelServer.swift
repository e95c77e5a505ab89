import Foundation
import IKC

/// The kernel of the server process.
enum KernelServer {
  /// Listens, says where, and serves until the process ends.
  static func run(on address: Address, _ settings: Settings) async throws -> Never {
    let kernel = Kernel(name: "Bench", configuration: try settings.configuration(loops: settings.loops))
    try BenchSession.publish(in: kernel)
    let listener = try await kernel.listen(on: address)
    announce(listener.address)
    try await kernel.run()
    exit(0)
  }
}
