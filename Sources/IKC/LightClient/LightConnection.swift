/// A connection of a client that has been negotiated.
final class LightConnection {
  /// How many bytes are read at a time.
  private static let chunk = 64 << 10

  /// Who is at the other end.
  let peer: Negotiated
  let serializer: any Serializer
  private let socket: BlockingSocket
  private var input: InputBuffer
  private let maximumFrameLength: Int
  private var unsent: [UInt8] = []
  /// How many of these have been sent.
  private var sent = 0

  /// Messages that could not be read since the last one that could.
  var errorsInRow = 0
  /// Posts since the last request that was answered, by place: the errors of these may still come.
  private var posts: [String: Int] = [:]

  /// The peer's canonical name.
  var kernel: String { peer.names.first ?? "" }

  /// The name that specifiers call it by: an id can be one that none can hold.
  let addressableName: String

  private init(
    _ socket: BlockingSocket, _ input: InputBuffer, peer: Negotiated, serializer: any Serializer,
    maximumFrameLength: Int
  ) {
    self.socket = socket
    self.input = input
    self.peer = peer
    addressableName = peer.names.first { KernelName.isAddressable($0) } ?? "peer"
    self.serializer = serializer
    self.maximumFrameLength = maximumFrameLength
  }

  // MARK: Negotiating

  /// Connects and negotiates.
  static func open(
    to address: Address, identity: LocalIdentity, configuration: LightClient.Configuration,
    deadline: ContinuousClock.Instant
  ) throws(IKCError) -> LightConnection {
    let socket = try BlockingSocket.connect(to: address, deadline: deadline)
    var input = InputBuffer()
    var machine = ClientNegotiation(identity, peerAddress: peerAddress(socket, address))
    let peer = try negotiate(
      &machine, socket, &input, limit: configuration.maximumLineLength, deadline: deadline)
    guard let serializer = configuration.serializers.first(where: { $0.package == peer.serializer }) else {
      throw IKCError(.negotiationFailed, "the peer chose serializer \(peer.serializer), which is not offered")
    }
    return LightConnection(
      socket, input, peer: peer, serializer: serializer, maximumFrameLength: configuration.maximumFrameLength)
  }

  private static func negotiate(
    _ machine: inout ClientNegotiation, _ socket: BlockingSocket, _ input: inout InputBuffer, limit: Int,
    deadline: ContinuousClock.Instant
  ) throws(IKCError) -> Negotiated {
    var reply = ByteWriter(capacity: 256)
    machine.start(reply: &reply)
    while true {
      try send(&reply, over: socket, deadline: deadline) { machine.timedOut() }
      var outcome = NegotiationOutcome.more
      let hasLine = try input.takeLine(limit: limit) { line in
        outcome = machine.receive(line: line, reply: &reply)
        return true
      }
      switch outcome {
      case .established(let peer):
        try send(&reply, over: socket, deadline: deadline) { machine.timedOut() }
        return peer
      case .failed(let error):
        throw error
      case .more:
        guard hasLine == nil else { continue }
        _ = try socket.wait(for: .read, deadline: deadline) { machine.timedOut() }
        guard try receive(from: socket, into: &input) != 0 else { throw machine.end() }
      }
    }
  }

  private static func send(
    _ writer: inout ByteWriter, over socket: BlockingSocket, deadline: ContinuousClock.Instant, late: () -> IKCError
  ) throws(IKCError) {
    var sent = 0
    while sent < writer.count {
      let count = try socket.send(UnsafeRawBufferPointer(rebasing: writer.bytes[sent...]))
      sent += count
      if count == 0 { _ = try socket.wait(for: .write, deadline: deadline, late: late) }
    }
    writer.truncate(to: 0)
  }

  /// The name of the other end where it announces none.
  private static func peerAddress(_ socket: BlockingSocket, _ address: Address) -> String {
    switch (socket.peerAddress, address) {
    case (.internet(let ip, let port)?, _): KernelName.alias(host: ip, port: Int(port))
    case (_, .unix(let path)): KernelName.alias(unixPath: path)
    case (_, .tcp(let host, let port)): KernelName.alias(host: host, port: port)
    }
  }

  // MARK: Frames

  /// Sends a frame, and takes what arrives meanwhile: a peer that can't send may stop reading.
  ///
  /// - Parameter received: gets each frame's body.
  /// - Returns: whether it was sent; false where the peer has closed the connection before it was.
  func send(
    _ frame: [UInt8], deadline: ContinuousClock.Instant, late: () -> IKCError,
    received: (UnsafeRawBufferPointer) throws(IKCError) -> Void
  ) throws(IKCError) -> Bool {
    unsent += frame
    while true {
      // The end of a connection is seen before anything is lost to it.
      guard try takeWhatIsThere(received), flush() else { return false }
      guard !unsent.isEmpty else { return true }
      _ = try socket.wait(for: [.read, .write], deadline: deadline, late: late)
    }
  }

  /// Sends a frame as soon as there is an occasion; one too many is dropped.
  func sendLater(_ frame: [UInt8]) {
    if unsent.count + frame.count <= Self.chunk { unsent += frame }
  }

  /// Sends what the system takes; false where the connection has ended.
  private func flush() -> Bool {
    do throws(IKCError) {
      while sent < unsent.count {
        let result = unsent.withUnsafeBytes { bytes in
          Result { () throws(IKCError) in try socket.send(UnsafeRawBufferPointer(rebasing: bytes[sent...])) }
        }
        let count = try result.get()
        guard count > 0 else { return true }
        sent += count
      }
    } catch {
      return false
    }
    unsent = []
    sent = 0
    return true
  }

  /// Receives until `isDone` holds.
  func receive(
    until isDone: () -> Bool, deadline: ContinuousClock.Instant, late: () -> IKCError,
    received: (UnsafeRawBufferPointer) throws(IKCError) -> Void
  ) throws(IKCError) {
    while try !takeFrames(received, until: isDone) {
      _ = flush()
      _ = try socket.wait(for: unsent.isEmpty ? .read : [.read, .write], deadline: deadline, late: late)
      guard try Self.receive(from: socket, into: &input) != 0 else {
        throw IKCError(.channelClosed, "the peer closed the connection before it answered", peer: kernel)
      }
    }
  }

  /// Takes frames until `isDone` holds; false where more have to come.
  private func takeFrames(
    _ received: (UnsafeRawBufferPointer) throws(IKCError) -> Void, until isDone: () -> Bool
  ) throws(IKCError) -> Bool {
    while !isDone() {
      guard try input.takeFrame(limit: maximumFrameLength, received) != nil else { return false }
    }
    return true
  }

  /// Takes what has arrived, without waiting, one buffer of it at a time; false where the peer has closed.
  private func takeWhatIsThere(_ received: (UnsafeRawBufferPointer) throws(IKCError) -> Void) throws(IKCError) -> Bool {
    do throws(IKCError) {
      guard let count = try Self.receive(from: socket, into: &input) else { return true }
      guard count > 0 else { return false }
    } catch {
      return false
    }
    _ = try takeFrames(received) { false }
    return true
  }

  /// The number of bytes received; nil where nothing is there, 0 at the end.
  private static func receive(from socket: BlockingSocket, into input: inout InputBuffer) throws(IKCError) -> Int? {
    try withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 16) { space in
      Result { () throws(IKCError) in
        let count = try socket.receive(into: space)
        if let count { input.append(UnsafeRawBufferPointer(rebasing: space[..<count])) }
        return count
      }
    }.get()
  }

  // MARK: Posts in doubt

  /// Remembers a post to a place.
  func posted(to event: Specifier.Parts) {
    if posts.count >= 256 { posts.removeAll() }
    posts[Self.place(event), default: 0] += 1
  }

  /// Counts an error as that of a post to the place; false where none is left that may have failed.
  func takePost(to event: Specifier.Parts) -> Bool {
    let place = Self.place(event)
    guard let count = posts[place] else { return false }
    posts[place] = count > 1 ? count - 1 : nil
    return true
  }

  /// A request has been answered: the peer has dealt with all that was sent before it.
  func answered() { posts.removeAll() }

  private static func place(_ event: Specifier.Parts) -> String { "\(event.session)/\(event.state)" }
}

extension ClientNegotiation {
  /// The error of a deadline.
  fileprivate mutating func timedOut() -> IKCError {
    let error = timeOut()
    return IKCError(.timedOut, error.message, peer: error.peer)
  }
}
