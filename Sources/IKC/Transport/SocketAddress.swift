import CUV

/// A numeric address, as system calls take it.
struct SocketAddress {
  var storage = sockaddr_storage()

  init() {}

  /// A number as text, with a port; nil where `host` is a name.
  init?(number host: String, port: Int) {
    guard ikc_numeric_address(host, CInt(port), &storage) == 0 else { return nil }
  }

  /// A unix socket's path; nil where it is longer than the system takes.
  init?(path: String) {
    let fits = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr_un.self, capacity: 1) { ikc_unix_address(path, $0) == 0 }
    }
    guard fits, !path.utf8.contains(0) else { return nil }
  }

  /// A copy of what the resolver found.
  init(copying address: UnsafePointer<sockaddr>) {
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(ikc_address_size(address))))
    }
  }

  /// An end of an open socket; nil where it has none any more.
  init?(descriptor: CInt, peer: Bool) {
    guard ikc_descriptor_address(descriptor, peer ? 1 : 0, &storage) == 0 else { return nil }
  }

  /// Whether it stands for all addresses of this machine.
  var isAnyHost: Bool { withUnsafePointer(to: storage) { ikc_is_any_host($0) != 0 } }

  var isIPv4: Bool { Int32(storage.ss_family) == AF_INET }

  /// -1 for unix sockets.
  var port: Int {
    get { Int(withUnsafePointer(to: storage) { ikc_port($0) }) }
    set { ikc_set_port(&storage, CInt(newValue)) }
  }

  func withPointer<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
    withUnsafePointer(to: storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
    }
  }

  var endpoint: Endpoint? {
    let name: String? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      guard let base = text.baseAddress else { return nil }
      let status = withUnsafePointer(to: storage) { ikc_address_text($0, base, text.count) }
      return status == 0 ? String(cString: base) : nil
    }
    guard let name else { return nil }
    let port = port
    return port >= 0
      ? .internet(ip: name, port: UInt16(truncatingIfNeeded: port)) : .unix(path: name.isEmpty ? nil : name)
  }
}
