/// One end of a socket, as the system names it.
enum Endpoint: Sendable, Hashable {
  /// The numeric address (IPv6 without brackets) and the port.
  case internet(ip: String, port: UInt16)
  /// The path that a unix socket is bound to; nil at the end that connected, and for connections in memory.
  case unix(path: String?)
}

extension Endpoint: CustomStringConvertible {
  /// `127.0.0.1:40123`, `[::1]:40123`, `unix:/run/x.sock`, or `unix:` for an end without a name.
  var description: String {
    switch self {
    case .internet(let ip, let port): ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    case .unix(let path): "unix:\(path ?? "")"
    }
  }
}
