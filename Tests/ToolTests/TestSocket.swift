import Foundation
import TestSupport

/// A client's end of a TCP connection to loopback. Reading waits for a minute at most.
final class TestSocket: Sendable {
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "TestSocket", attributes: .concurrent)

  init(_ address: String) throws {
    guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else { throw POSIXError(.EINVAL) }
    descriptor = try Loopback.connect(port: port)
  }

  deinit { close(descriptor) }

  /// Sends a short text.
  func send(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }

  /// The next text that comes.
  func receive() async -> String {
    await withCheckedContinuation { continuation in
      queue.async { [self] in
        var chunk = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &chunk, chunk.count)
        continuation.resume(returning: String(decoding: chunk.prefix(max(0, count)), as: UTF8.self))
      }
    }
  }

  /// How the connection ends: 0 in good order, else the error of the system.
  func end() async -> Int32 {
    await withCheckedContinuation { continuation in
      queue.async { [self] in
        var chunk = [UInt8](repeating: 0, count: 4_096)
        var count = 1
        while count > 0 { count = read(descriptor, &chunk, chunk.count) }
        continuation.resume(returning: count < 0 ? errno : 0)
      }
    }
  }

  /// Sends the bytes and says that no more come; returns all that comes back, which is read meanwhile.
  func exchange(_ bytes: [UInt8]) async -> [UInt8] {
    queue.async { [self] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        sent += count
      }
      shutdown(descriptor, Int32(SHUT_WR))
    }
    return await withCheckedContinuation { continuation in
      queue.async { [self] in
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { received += chunk[..<count] }
        continuation.resume(returning: received)
      }
    }
  }
}
