import Foundation

/// A TCP server on a free loopback port that does with its one connection what a test tells it: for peers that
/// misbehave.
package final class RawServer: Sendable {
  /// The accepted end of the connection, with blocking calls.
  package struct Connection: Sendable {
    let descriptor: Int32

    /// Sends `text`; what the peer no longer takes is dropped.
    package func send(_ text: String) {
      let bytes = Array(text.utf8)
      _ = Foundation.send(descriptor, bytes, bytes.count, Int32(RawServer.noSignal))
    }

    /// Reads until there is `text` in what came, or the peer closes.
    package func receive(until text: String) {
      var received: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 4096)
      while !String(decoding: received, as: UTF8.self).contains(text) {
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return }
        received += chunk[..<count]
      }
    }

    /// Waits until the peer closes.
    package func drain() {
      var chunk = [UInt8](repeating: 0, count: 4096)
      while recv(descriptor, &chunk, chunk.count, 0) > 0 {}
    }
  }

  #if canImport(Darwin)
    private static let noSignal = 0
    private static let stream = SOCK_STREAM
  #else
    private static let noSignal = MSG_NOSIGNAL
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #endif

  private let descriptor: Int32

  /// `tcp://127.0.0.1:PORT`
  package let address: String

  /// Listens; `behaviour` gets the first connection, on a thread of its own, and closes it by returning.
  package init(_ behaviour: @escaping @Sendable (Connection) -> Void) throws {
    let descriptor = socket(AF_INET, Self.stream, 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, address, &length) == 0
      }
    }
    guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    self.descriptor = descriptor
    address = "tcp://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    Thread.detachNewThread {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      behaviour(Connection(descriptor: connection))
      close(connection)
    }
  }

  deinit {
    // Wakes the accepting thread, if it still waits.
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }
}
