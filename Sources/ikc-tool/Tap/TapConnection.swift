import IKC

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One connection through the tap: passes bytes both ways, and hands copies of them to the printer.
struct TapConnection {
  let number: Int
  let printer: TapPrinter

  /// Bytes of one direction on their way.
  private struct Flow {
    /// What is held while the receiver does not take it; then nothing more is read, as without the tap.
    static let room = 256 << 10

    let side: ConversationReader.Side
    var bytes: [UInt8] = []
    var sent = 0
    var hasEnded = false
    /// Whether the receiver was told that no more comes.
    var isOver = false

    var isWaiting: Bool { sent < bytes.count }
    var wantsMore: Bool { !hasEnded && bytes.count - sent < Self.room }
  }

  /// Connects to `server` and passes on what comes until both ends have ended. Blocks.
  func pass(_ client: BlockingSocket, to server: Address, timeout: Duration) {
    printer.opened(number)
    let target: BlockingSocket
    do throws(IKCError) {
      target = try BlockingSocket.connect(to: server, deadline: .now + timeout)
    } catch {
      client.breakOff()
      return printer.closed(number, because: error.message)
    }
    do throws(IKCError) {
      try pass(client, target)
      printer.closed(number, because: nil)
    } catch {
      // Whoever is left sees what it would have seen of the other.
      client.breakOff()
      target.breakOff()
      printer.closed(number, because: error.message)
    }
  }

  private func pass(_ client: BlockingSocket, _ server: BlockingSocket) throws(IKCError) {
    var toServer = Flow(side: .client)
    var toClient = Flow(side: .server)
    while !(toServer.isOver && toClient.isOver) {
      var polled = [
        Self.entry(client, reads: toServer.wantsMore, writes: toClient.isWaiting),
        Self.entry(server, reads: toClient.wantsMore, writes: toServer.isWaiting),
      ]
      guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else {
        throw IKCError(.system, "can't wait for the sockets: \(String(cString: strerror(errno)))")
      }
      try move(&toServer, from: client, to: server)
      try move(&toClient, from: server, to: client)
    }
  }

  /// What to wait for at a socket; nothing of one that is not to be read or written, or its end would wake us for ever.
  private static func entry(_ socket: BlockingSocket, reads: Bool, writes: Bool) -> pollfd {
    let events = Int16(reads ? POLLIN : 0) | Int16(writes ? POLLOUT : 0)
    return pollfd(fd: events == 0 ? -1 : socket.descriptor, events: events, revents: 0)
  }

  /// Moves what can be moved now.
  private func move(_ flow: inout Flow, from sender: BlockingSocket, to receiver: BlockingSocket) throws(IKCError) {
    if flow.wantsMore { try receive(&flow, from: sender) }
    while flow.isWaiting {
      let result = flow.bytes.withUnsafeBytes { bytes in
        Result { () throws(IKCError) in try receiver.send(UnsafeRawBufferPointer(rebasing: bytes[flow.sent...])) }
      }
      let count = try result.get()
      guard count > 0 else { return }
      flow.sent += count
    }
    flow.bytes.removeAll(keepingCapacity: true)
    flow.sent = 0
    if flow.hasEnded, !flow.isOver {
      receiver.endSending()
      flow.isOver = true
      printer.ended(number, flow.side)
    }
  }

  private func receive(_ flow: inout Flow, from sender: BlockingSocket) throws(IKCError) {
    let result = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { space in
      Result { () throws(IKCError) -> [UInt8]? in
        guard let count = try sender.receive(into: space) else { return nil }
        return Array(space[..<count])
      }
    }
    guard let bytes = try result.get() else { return }
    guard !bytes.isEmpty else {
      flow.hasEnded = true
      return
    }
    flow.bytes += bytes
    printer.read(bytes, number, flow.side)
  }
}
