import CUV

/// Makes listening sockets, and knows where they ended up.
struct ListeningSocket {
  /// Where it listens, with the port that was chosen; the host as it was given.
  let address: Address
  let descriptors: [CInt]
  let file: SocketFile?

  /// Listens on a TCP port, `count` times; the first of `places` that works.
  static func tcp(
    _ address: Address, host: String, places: [SocketAddress], count: Int, options: ListenOptions
  ) throws(IKCError) -> ListeningSocket {
    var status = UV_EADDRNOTAVAIL.rawValue
    for var place in places {
      var descriptors: [CInt] = []
      let shares = count > 1 || options.reusePort
      // SO_REUSEPORT would let another process's port be shared unnoticed.
      status = shares && place.port != 0 && !options.reusePort ? listen(place, options, shares: false) : 0
      if status > 0 { ikc_close_descriptor(status) }
      while status >= 0, descriptors.count < count {
        status = listen(place, options, shares: shares)
        guard status >= 0 else { break }
        descriptors.append(status)
        if place.port == 0, let bound = SocketAddress(descriptor: status, peer: false) { place.port = bound.port }
      }
      if status >= 0 {
        return ListeningSocket(address: .tcp(host: host, port: place.port), descriptors: descriptors, file: nil)
      }
      for descriptor in descriptors { ikc_close_descriptor(descriptor) }
    }
    throw .cannot("listen on \(address)", status: status, code: .listenFailed)
  }

  /// Listens on a unix socket. A file that an earlier server left behind is removed, if nothing answers there any more.
  static func unix(_ address: Address, path: String, options: ListenOptions) throws(IKCError) -> ListeningSocket {
    guard let place = SocketAddress(path: path) else {
      throw IKCError(.invalidArgument, "the path of \(address) is too long for a unix socket")
    }
    var descriptor = listen(place, options, shares: false)
    if descriptor == UV_EADDRINUSE.rawValue {
      guard let file = SocketFile(path: path) else {
        throw IKCError(.listenFailed, "can't listen on \(address): a file that is no socket is in the way")
      }
      let answers = place.withPointer {
        $0.withMemoryRebound(to: sockaddr_un.self, capacity: 1) { ikc_unix_answers($0) != 0 }
      }
      guard !answers else {
        throw IKCError(.listenFailed, "can't listen on \(address): another server answers there")
      }
      file.remove()
      descriptor = listen(place, options, shares: false)
    }
    guard descriptor >= 0 else { throw .cannot("listen on \(address)", status: descriptor, code: .listenFailed) }
    return ListeningSocket(address: address, descriptors: [descriptor], file: SocketFile(path: path))
  }

  private static func listen(_ place: SocketAddress, _ options: ListenOptions, shares: Bool) -> CInt {
    place.withPointer {
      ikc_listen(
        $0, CInt(clamping: options.backlog), shares ? 1 : 0, CInt(clamping: max(0, options.keepalive ?? 0)))
    }
  }
}
