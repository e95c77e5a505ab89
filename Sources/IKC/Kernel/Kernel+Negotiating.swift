extension Kernel {
  /// The two ends of a connection.
  enum ConnectionPlace {
    /// What was listened on or connected to.
    case address(Address)
    /// A socket that the application handed over.
    case handed
  }

  /// Begins as the server on a connection. Loop thread.
  static func accept(
    _ connection: Connection, on place: ConnectionPlace, ends: SocketEnds = SocketEnds(), responder: Responder,
    completion: ((Result<Channel, IKCError>) -> Void)? = nil
  ) {
    start(connection, at: place, ends, isClient: false, responder, completion) {
      .server(ServerNegotiation($0, peerAddress: $1.peerName, isShared: $1.isPeerNameShared))
    }
  }

  /// Begins as the client on a connection. Loop thread.
  static func negotiate(
    over connection: Connection, to place: ConnectionPlace, responder: Responder,
    completion: @escaping (Result<Channel, IKCError>) -> Void
  ) {
    // A number is where the peer is; a name was looked up.
    let peer: Endpoint? =
      if case .address(.tcp(let host, let port)) = place, SocketAddress(number: host, port: port)?.isIPv4 == true {
        .internet(ip: host, port: UInt16(truncatingIfNeeded: port))
      } else {
        nil
      }
    start(connection, at: place, SocketEnds(peer: peer), isClient: true, responder, completion) {
      .client(ClientNegotiation($0, peerAddress: $1.peerName))
    }
  }

  private static func start(
    _ connection: Connection, at place: ConnectionPlace, _ known: SocketEnds, isClient: Bool, _ responder: Responder,
    _ completion: ((Result<Channel, IKCError>) -> Void)?, _ machine: (LocalIdentity, ConnectionEnds) -> Negotiation
  ) {
    guard !responder.isShutDown.load(ordering: .acquiring) else {
      connection.abort()
      completion?(.failure(shutDown))
      return
    }
    let ends = ConnectionEnds(connection, place, known, isClient: isClient)
    let identity = responder.identity.onConnection(address: ends.ownName)
    responder.start(
      Channel(
        connection: connection,
        handshake: Handshake(machine(identity, ends), completion: completion),
        settings: responder.settings, owner: responder), ends: ends.addresses)
  }
}

/// The ends of a connection: where they are, and what they go by as kernels.
private struct ConnectionEnds {
  /// The name of this end, as peers of IKC 0.2402 expect it.
  let ownName: String
  /// The name of the other end where it announces none.
  let peerName: String
  /// Whether all clients of a listener have that name.
  var isPeerNameShared = false
  let addresses: SocketEnds

  /// - Parameter known: saves asking the system.
  init(_ connection: Connection, _ place: Kernel.ConnectionPlace, _ known: SocketEnds, isClient: Bool) {
    let local = known.own ?? connection.localAddress
    let remote = known.peer ?? connection.peerAddress
    switch (local, place) {
    case (.internet(let ip, let port)?, _):
      ownName = KernelName.alias(host: ip, port: Int(port))
      let peer = if case .internet(let ip, let port)? = remote { (ip, Int(port)) } else { (ip, 0) }
      peerName = KernelName.alias(host: peer.0, port: peer.1)
      addresses = SocketEnds(own: local, peer: remote)
    case (_, .address(.unix(let path))):
      let descriptor = Int(connection.fileDescriptor ?? 0)
      peerName = KernelName.alias(unixPath: path)
      isPeerNameShared = !isClient
      ownName = isClient ? KernelName.alias(unixPath: path, pid: KernelID.processID, descriptor: descriptor) : peerName
      addresses =
        isClient ? SocketEnds(own: nil, peer: .unix(path: path)) : SocketEnds(own: .unix(path: path), peer: nil)
    case (_, .address(.tcp(let host, let port))):
      // The connection has ended already.
      ownName = KernelName.alias(host: host, port: port)
      peerName = ownName
      addresses = SocketEnds()
    case (_, .handed):
      // Mostly one of a pair, whose ends have no names; several of them must not go by the same one.
      let descriptor = Int(connection.fileDescriptor ?? 0)
      let (own, peer) = (Self.path(local), Self.path(remote))
      ownName = KernelName.alias(unixPath: own ?? "pair", pid: KernelID.processID, descriptor: descriptor)
      peerName = KernelName.alias(unixPath: peer ?? "peer", pid: KernelID.processID, descriptor: descriptor)
      addresses = SocketEnds(own: own.map { .unix(path: $0) }, peer: peer.map { .unix(path: $0) })
    }
  }

  private static func path(_ end: Endpoint?) -> String? {
    if case .unix(let path?)? = end { path } else { nil }
  }
}
