import CUV

extension ListeningSocket {
  /// Takes over a descriptor that listens already. Throws `invalidArgument`, after closing it, where it does not.
  static func adopting(_ descriptor: CInt, keepalive: Int?) throws(IKCError) -> ListeningSocket {
    let kind = ikc_listening_kind(descriptor)
    let status =
      kind < 0 ? kind : ikc_handed_prepare(descriptor, kind == 0 ? 1 : 0, CInt(clamping: max(0, keepalive ?? 0)))
    guard status >= 0, let end = SocketAddress(descriptor: descriptor, peer: false)?.endpoint else {
      // A number that is no descriptor may be somebody else's in a moment.
      if status != UV_EBADF.rawValue { ikc_close_descriptor(descriptor) }
      throw IKCError(
        .invalidArgument,
        "descriptor \(descriptor) is no listening stream socket: \(IKCError.systemText(status))")
    }
    let address: Address =
      switch end {
      case .internet(let ip, let port): .tcp(host: ip, port: Int(port))
      case .unix(let path): .unix(path: path ?? "")
      }
    return ListeningSocket(address: address, descriptors: [descriptor], file: nil)
  }

  /// Closes the descriptors, where no loop took them over.
  func close() {
    for descriptor in descriptors { ikc_close_descriptor(descriptor) }
  }
}
