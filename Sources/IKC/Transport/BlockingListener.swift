import CUV

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A listening socket without an event loop: accepting blocks the thread.
package final class BlockingListener: Sendable {
  /// Where it listens, with the port that was chosen.
  package let address: Address
  private let descriptor: CInt
  private let file: SocketFile?

  /// Listens on `address`, as a kernel does; a host's addresses are tried in turn.
  package init(on address: Address) throws(IKCError) {
    let places = try BlockingSocket.places(of: address)
    let options = ListenOptions()
    let socket =
      switch address {
      case .tcp(let host, _):
        try ListeningSocket.tcp(address, host: host, places: places, count: 1, options: options)
      case .unix(let path):
        try ListeningSocket.unix(address, path: path, options: options)
      }
    self.address = socket.address
    descriptor = socket.descriptors[0]
    file = socket.file
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
  }

  deinit { close(descriptor) }

  /// The next connection; nil where there will be none any more.
  package func accept() -> BlockingSocket? {
    while true {
      #if canImport(Darwin)
        let accepted = Darwin.accept(descriptor, nil, nil)
      #elseif canImport(Musl)
        let accepted = Musl.accept(descriptor, nil, nil)
      #else
        let accepted = Glibc.accept(descriptor, nil, nil)
      #endif
      if accepted >= 0 { return BlockingSocket(adopting: accepted) }
      switch errno {
      case EINTR, ECONNABORTED: continue
      // Too many files are open: some will close.
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(50_000)
      default: return nil
      }
    }
  }

  /// Removes the file of a unix socket, so that nobody connects any more.
  package func removeFile() { file?.remove() }
}
