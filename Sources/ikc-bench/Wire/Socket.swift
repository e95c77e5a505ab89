import Foundation
import IKC

/// The few calls on blocking sockets that the relay needs.
enum Socket {
  #if os(Linux)
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #else
    private static let stream = SOCK_STREAM
  #endif

  /// A listening socket on a free port of 127.0.0.1.
  static func listenOnLoopback() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, stream, 0)
    guard descriptor >= 0 else { throw failure("cannot make a socket") }
    var name = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withSocketAddress(&name) { address in
      guard bind(descriptor, address, length) == 0, listen(descriptor, 1) == 0 else { return Int32(-1) }
      return getsockname(descriptor, address, &length)
    }
    guard status == 0 else {
      defer { close(descriptor) }
      throw failure("cannot listen on loopback")
    }
    return (descriptor, Int(UInt16(bigEndian: name.sin_port)))
  }

  /// Connects to a server on this machine.
  static func connect(to address: Address) throws -> Int32 {
    switch address {
    case .unix(let path):
      return try connect(socket(AF_UNIX, stream, 0), try unixAddress(path))
    case .tcp(let host, let port):
      var name = loopback(port: port)
      guard inet_pton(AF_INET, host, &name.sin_addr) == 1 else {
        throw Failure("\(address) is no numeric IPv4 address")
      }
      return try connect(socket(AF_INET, stream, 0), name)
    }
  }

  private static func connect<Name>(_ descriptor: Int32, _ name: Name) throws -> Int32 {
    guard descriptor >= 0 else { throw failure("cannot make a socket") }
    var name = name
    let length = socklen_t(MemoryLayout<Name>.size)
    let status = withSocketAddress(&name) { address in
      #if canImport(Darwin)
        Darwin.connect(descriptor, address, length)
      #elseif canImport(Musl)
        Musl.connect(descriptor, address, length)
      #else
        Glibc.connect(descriptor, address, length)
      #endif
    }
    guard status == 0 else {
      defer { close(descriptor) }
      throw failure("cannot connect")
    }
    return descriptor
  }

  /// What one read gives; empty at the end.
  static func receive(from descriptor: Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 64 << 10) { bytes, count in
      count = max(0, read(descriptor, bytes.baseAddress, bytes.count))
    }
  }

  /// Writes all of the bytes; false where the other end is gone.
  static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let part = write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        if part <= 0 { return false }
        written += part
      }
      return true
    }
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return name
  }

  private static func unixAddress(_ path: String) throws -> sockaddr_un {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &name.sun_path) { place in
      guard path.utf8.count < place.count else { return false }
      place.copyBytes(from: path.utf8)
      return true
    }
    guard fits else { throw Failure("\(path) is too long for a unix socket") }
    return name
  }

  private static func withSocketAddress<Name, Result>(
    _ name: inout Name, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
  }

  private static func failure(_ what: String) -> Failure {
    Failure("\(what): \(String(cString: strerror(errno)))")
  }
}
