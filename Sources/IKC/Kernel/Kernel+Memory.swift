/// For `ikc-bench`: channels without sockets, of which a process may have more than it may open files.
extension Kernel {
  /// The `ikc_loop` of the kernel's first loop.
  package var loopCore: UnsafeMutableRawPointer { UnsafeMutableRawPointer(loops[0].core) }

  /// How many kernels are registered.
  package var channelCount: Int { responder.registry.withLock { $0.count } }

  /// Makes what accepts connections in memory, all of them with this kernel's limits.
  package func memoryListener() -> MemoryListener {
    MemoryListener(responder: responder, loop: loops[0], settings: ConnectionSettings(configuration.limits))
  }
}

/// Accepts ends of connections in memory as a listener accepts sockets. Everything on the loop's thread.
package struct MemoryListener {
  fileprivate let responder: Responder
  fileprivate let loop: EventLoop
  fileprivate let settings: ConnectionSettings

  /// Waits for the peer at the other end of an `ikc_memory` to negotiate.
  ///
  /// - Parameters:
  ///   - end: belongs to the kernel from then on.
  ///   - peerAddress: one of the peer's names, as the address of a socket would be.
  package func accept(_ end: UnsafeMutableRawPointer, peerAddress: String) {
    let connection = MemoryConnection.adopt(end, on: loop, settings: settings)
    let machine = ServerNegotiation(responder.identity.onConnection(address: "memory"), peerAddress: peerAddress)
    responder.start(
      Channel(
        connection: connection, handshake: Handshake(.server(machine)), settings: responder.settings, owner: responder))
  }
}
