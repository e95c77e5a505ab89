import Foundation
import IKC
import TestSupport

/// A server that negotiates and then reads nothing until it is told to.
final class SilentPeer: Sendable {
  private let gate = DispatchSemaphore(value: 0)
  private let server: RawServer
  let address: Address

  init() throws {
    server = try RawServer { [gate] connection in
      connection.receive(until: "\r\n")
      connection.send("SETUP KERNEL=silent-00000000-00000000-00000001,Silent;FREEZER=Storable;PID=1\r\n")
      gate.wait()
      connection.drain()
    }
    address = try Address(server.address)
  }

  deinit { gate.signal() }

  /// Reads and throws away all that comes from now on.
  func readEverything() { gate.signal() }
}
