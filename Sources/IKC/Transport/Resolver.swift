import CUV

/// Turns a host name into numeric addresses, off the loop's thread. Itself to be used on it.
final class Resolver {
  private let loop: EventLoop
  private let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
  private var completion: ((Result<[SocketAddress], IKCError>) -> Void)?
  private let host: String

  /// Looks `host` up. The completion is called in a later turn, unless `cancel` is called first.
  static func resolve(
    _ host: String, port: Int, on loop: EventLoop, completion: @escaping (Result<[SocketAddress], IKCError>) -> Void
  ) -> Resolver {
    let resolver = Resolver(host, on: loop, completion)
    resolver.start(port: port)
    return resolver
  }

  private init(_ host: String, on loop: EventLoop, _ completion: @escaping (Result<[SocketAddress], IKCError>) -> Void)
  {
    self.host = host
    self.loop = loop
    self.completion = completion
  }

  deinit { request.deallocate() }

  private func start(port: Int) {
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    loop.handleOpened()
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = ikc_sock_stream()
    let status = uv_getaddrinfo(
      loop.uv, request,
      { request, status, found in
        let resolver = Unmanaged<Resolver>.fromOpaque(request!.pointee.data).takeRetainedValue()
        resolver.finished(status: status, found)
        uv_freeaddrinfo(found)
      }, host, String(port), &hints)
    guard status < 0 else { return }
    loop.schedule(after: .zero) { [self] in
      Unmanaged.passUnretained(self).release()
      finished(status: status, nil)
    }
  }

  /// Forgets the look-up; what it finds is dropped.
  func cancel() {
    completion = nil
    uv_cancel(UnsafeMutableRawPointer(request).assumingMemoryBound(to: uv_req_t.self))
  }

  private func finished(status: CInt, _ found: UnsafeMutablePointer<addrinfo>?) {
    if let completion {
      self.completion = nil
      var addresses: [SocketAddress] = []
      var next = found
      while let entry = next {
        if let address = entry.pointee.ai_addr { addresses.append(SocketAddress(copying: address)) }
        next = entry.pointee.ai_next
      }
      completion(
        status == 0 && !addresses.isEmpty
          ? .success(addresses)
          : .failure(
            .cannot("look up '\(host)'", status: status == 0 ? UV_EAI_NODATA.rawValue : status, code: .connectFailed)))
    }
    loop.handleClosed()
  }
}
