extension Channel {
  /// Bytes of the objects that the channel owns while it is idle, as the allocator handed them out; for `ikc-bench`.
  ///
  /// - Parameter completion: called on the loop's thread, with nothing where the channel has closed.
  package func measureSizes(_ completion: @escaping @Sendable ([(name: String, bytes: Int)]) -> Void) {
    onLoop { [self] in
      guard let transport = TransportSizes(of: connection) else { return completion([]) }
      completion([
        ("Channel", TransportSizes.allocated(self)), ("Connection", transport.object),
        ("libuv socket", transport.stream), ("buffers while idle", transport.buffers),
      ])
    }
  }
}
