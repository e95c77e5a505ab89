import Foundation
import IKC
import Synchronization

/// Passes one connection on to a server and keeps what goes each way: how the
/// floor learns the very frames that kernels put on the wire.
final class Relay: Sendable {
  let address: Address
  private let target: Address
  private let listener: Int32
  private let bytes = Mutex((toServer: [UInt8](), toClient: [UInt8]()))

  var recorded: (toServer: [UInt8], toClient: [UInt8]) {
    bytes.withLock { $0 }
  }

  init(to target: Address) throws {
    self.target = target
    let (descriptor, port) = try Socket.listenOnLoopback()
    listener = descriptor
    address = .tcp(host: "127.0.0.1", port: port)
    Thread.detachNewThread { [self] in pass() }
  }

  private func pass() {
    let client = accept(listener, nil, nil)
    close(listener)
    guard client >= 0 else { return }
    defer { close(client) }
    guard let server = try? Socket.connect(to: target) else { return }
    defer { close(server) }
    while true {
      var polled = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&polled, 2, -1) > 0 || errno == EINTR else { return }
      if polled[0].revents != 0 {
        let part = Socket.receive(from: client)
        // Kept before it is passed on: who has an answer finds all that led to it.
        bytes.withLock { $0.toServer += part }
        guard !part.isEmpty, Socket.send(part, to: server) else { return }
      }
      if polled[1].revents != 0 {
        let part = Socket.receive(from: server)
        bytes.withLock { $0.toClient += part }
        guard !part.isEmpty, Socket.send(part, to: client) else { return }
      }
    }
  }
}
