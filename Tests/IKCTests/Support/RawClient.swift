import Foundation
import IKC
import TestSupport

/// A client made of a bare socket, to send a kernel what no kernel sends. Receiving waits for a minute at most, on a
/// thread of its own: those of tasks are few.
final class RawClient: Sendable {
  private let descriptor: Int32
  private let receiver = DispatchQueue(label: "RawClient")

  init(_ address: Address) throws {
    guard case .tcp(_, let port) = address else { throw POSIXError(.EINVAL) }
    descriptor = try Loopback.connect(port: UInt16(port))
  }

  deinit { close(descriptor) }

  /// Negotiates as a kernel of that id; returns the server's line.
  @discardableResult
  func negotiate(
    names: String = "raw-00000000-00000000-00000001,Raw", serializer: String = "Storable"
  ) async -> String {
    send(Array("SETUP KERNEL=\(names);FREEZER=\(serializer);PID=7\r\n".utf8))
    return await receiveLine()
  }

  /// Sends bytes; what the peer no longer takes is dropped.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Sends a body as a frame.
  func send(frame body: [UInt8]) { send(Array("\(body.count)\0".utf8) + body) }

  /// Sends a message as a frame.
  func send(_ message: Value, in serializer: any Serializer = StorableSerializer()) throws {
    send(frame: try serializer.encode(message))
  }

  /// Says that no more comes.
  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// The next line, without its end; empty where the peer has closed.
  func receiveLine() async -> String {
    await onReceiver { [self] in
      var line: [UInt8] = []
      while let byte = receive(1).first, byte != 10 { line.append(byte) }
      return String(decoding: line.filter { $0 != 13 }, as: UTF8.self)
    }
  }

  /// The next frame as a message; nil where the peer has closed.
  func receiveMessage(in serializer: any Serializer = StorableSerializer()) async throws -> Value? {
    let body: [UInt8]? = await onReceiver { [self] in
      var digits: [UInt8] = []
      while true {
        guard let byte = receive(1).first else { return nil }
        if byte == 0 { break }
        digits.append(byte)
      }
      return receive(Int(String(decoding: digits, as: UTF8.self)) ?? 0)
    }
    guard let body else { return nil }
    return try body.withUnsafeBytes { try serializer.decode($0) }
  }

  /// Whether the peer closes without sending more.
  func isClosedByPeer() async -> Bool {
    await onReceiver { [self] in receive(1).isEmpty }
  }

  private func onReceiver<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
    await withCheckedContinuation { continuation in
      receiver.async { continuation.resume(returning: body()) }
    }
  }

  private func receive(_ size: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var received = 0
    while received < size {
      let count = bytes[received...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { return [] }
      received += count
    }
    return bytes
  }
}
