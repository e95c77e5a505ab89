/// Where a kernel listens or connects to.
///
/// As text: `tcp://HOST:PORT`, `tcp://[::1]:603` for IPv6, `unix:PATH`.
public enum Address: Sendable, Hashable {
  /// A TCP port at a host name, an IPv4 or an IPv6 address.
  case tcp(host: String, port: Int)
  /// A unix socket.
  case unix(path: String)

  /// A TCP port at a host name, an IPv4 or an IPv6 address (without brackets).
  ///
  /// - Parameter port: 0…65535; 0 lets the system choose when listening.
  public static func tcp(_ host: String, port: Int) -> Address { .tcp(host: host, port: port) }

  /// The unix socket at `path`.
  public static func unix(_ path: String) -> Address { .unix(path: path) }

  /// Reads `tcp://HOST:PORT`, `tcp://[IPV6]:PORT` or `unix:PATH`.
  ///
  /// - Throws: `invalidArgument` where the text is none of these.
  public init(_ text: String) throws(IKCError) {
    if text.hasPrefix("unix:") {
      let path = text.dropFirst(5)
      guard !path.isEmpty else {
        throw IKCError(.invalidArgument, "'\(text)' names no path: write unix:PATH")
      }
      self = .unix(path: String(path))
      return
    }
    guard text.hasPrefix("tcp://") else {
      throw IKCError(.invalidArgument, "'\(text)' is no address: write tcp://HOST:PORT or unix:PATH")
    }
    let rest = text.dropFirst(6)
    let host: Substring
    let behind: Substring
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else {
        throw IKCError(.invalidArgument, "'\(text)' lacks the ] behind its IPv6 address")
      }
      host = rest[rest.index(after: rest.startIndex)..<end]
      behind = rest[rest.index(after: end)...]
    } else {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      host = rest[..<end]
      behind = rest[end...]
    }
    guard !host.isEmpty else { throw IKCError(.invalidArgument, "'\(text)' names no host") }
    let digits = behind.dropFirst()
    guard behind.first == ":", !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = UInt16(digits)
    else {
      throw IKCError(.invalidArgument, "'\(text)' names no port: write tcp://HOST:PORT, PORT in 0…65535")
    }
    self = .tcp(host: String(host), port: Int(port))
  }
}

extension Address: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}
