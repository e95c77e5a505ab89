import Foundation

/// A TCP server on a free loopback port that does with its connections what a test tells it: for peers that misbehave.
package final class RawServer: Sendable {
  /// The accepted end of the connection, with blocking calls.
  package struct Connection: Sendable {
    let descriptor: Int32

    /// Sends `text`; what the peer no longer takes is dropped.
    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends `bytes`; what the peer no longer takes is dropped.
    package func send(_ bytes: [UInt8]) {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(RawServer.noSignal))
        }
        guard count > 0 else { return }
        sent += count
      }
    }

    /// What has come, at least one byte; nothing where the peer has closed.
    package func receive() -> [UInt8] {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &chunk, chunk.count, 0)
      return Array(chunk.prefix(max(0, count)))
    }

    /// Makes closing tell the peer that the connection is broken.
    package func breakOff() {
      var now = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    /// Sends no more.
    package func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

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

  /// Listens; each of the behaviours gets one connection, one after the other on a thread of its own, and closes it by
  /// returning.
  package convenience init(_ behaviours: (@Sendable (Connection) -> Void)...) throws { try self.init(behaviours) }

  /// The same with a list.
  package init(_ behaviours: [@Sendable (Connection) -> Void]) throws {
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
      for behaviour in behaviours {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        behaviour(Connection(descriptor: connection))
        close(connection)
      }
    }
  }

  deinit {
    // Wakes the accepting thread, if it still waits.
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }
}
