import CUV
import Synchronization

/// A byte stream that carries lines, then frames; what comes in goes to its handler.
///
/// Everything but `write` and `unsentBytes` belongs to the loop's thread. A connection stays open until it is finished, aborted,
/// or fails; it is kept alive until then.
class Connection: @unchecked Sendable {  // confined to the loop's thread, but for atomics and the outbox with its lock
  // What events touch comes first: with very many connections each cache line counts.

  /// Who hears from the connection. To be set before reading starts; released when the connection has closed.
  @exclusivity(unchecked) final var handler: (any ConnectionHandler)?

  /// Nil once closed.
  @exclusivity(unchecked) final private(set) var stream: UnsafeMutablePointer<ikc_stream>?

  /// `loop`, for the hot path.
  private final let unretainedLoop: Unmanaged<EventLoop>
  /// Where an `Outbox` is, once another thread has written.
  private final let outside = Atomic<UnsafeMutableRawPointer?>(nil)
  private final let unsentOnLoop = Atomic<Int>(0)

  /// The loop that the connection lives on.
  final let loop: EventLoop
  private final var failure: IKCError?
  /// Whether it was writing that failed. Loop thread, and anybody's once closed.
  @exclusivity(unchecked) final private(set) var failedWriting = false

  /// Takes over a stream that is not yet part of the loop.
  init(stream: UnsafeMutablePointer<ikc_stream>, loop: EventLoop, settings: ConnectionSettings) {
    self.stream = stream
    self.loop = loop
    unretainedLoop = .passUnretained(loop)
    ikc_stream_link(loop.core, stream)
    _ = Unmanaged.passRetained(settings)
    stream.pointee.limits = UnsafePointer(settings.raw)
    stream.pointee.owner = Unmanaged.passRetained(self).toOpaque()
    loop.handleOpened()
  }

  deinit {
    assert(stream == nil, "a connection went away without being closed")
    outbox?.destroy()
  }

  @inline(__always)
  private final var outbox: Outbox? { outside.load(ordering: .acquiring).map(Outbox.init(at:)) }

  @inline(never)
  private final func makeOutbox() -> Outbox {
    let new = Outbox.make()
    let (exchanged, found) = outside.compareExchange(
      expected: nil, desired: new.address, ordering: .acquiringAndReleasing)
    guard !exchanged, let found else { return new }
    new.destroy()
    return Outbox(at: found)
  }

  /// Whether this is the thread that the connection belongs to.
  @inline(__always)
  final var isOnLoop: Bool { unretainedLoop._withUnsafeGuaranteedRef { $0.isCurrent } }

  /// Whether nothing can be sent any more. Loop thread: another one might look at memory that is freed.
  final var isClosed: Bool { stream.map { $0.has(IKC_CLOSING) } ?? true }

  /// Where its stream is; nil once closed.
  final var memory: UnsafeRawPointer? { stream.map { UnsafeRawPointer($0) } }

  // MARK: Input

  /// Begins to read, in lines.
  final func startReading() { resumeReading() }

  /// Reads no more for now; lines and frames received but not handed over wait. The end of the stream is not seen meanwhile.
  final func pauseReading() {
    loop.assertCurrent()
    if let stream { ikc_stream_pause(stream) }
  }

  /// Goes on reading. What waited is handed over at the end of this turn.
  final func resumeReading() {
    loop.assertCurrent()
    if let stream { ikc_stream_start(stream) }
  }

  /// Throws away unread what comes in from now on.
  final func discardInput() {
    loop.assertCurrent()
    stream?.pointee.mode = UInt8(IKC_STOP)
  }

  // MARK: Output

  /// Where a write appends, from `beginWrite` to `endWrite`.
  struct Writing {
    let output: UnsafeMutablePointer<OutputBytes>
    /// What another thread than the loop's has locked.
    fileprivate let outbox: Outbox?

    /// Counts a frame that another thread than the loop's writes; false where it is the loop's.
    @inline(__always)
    func count(frame size: Int) -> Bool {
      guard let outbox else { return false }
      outbox.count(size)
      return true
    }
  }

  /// Lends the connection's output to `body`, to append to. Any thread.
  ///
  /// What is written in a turn of the loop leaves at its end, in one system call. Writes keep the order in which they happen, also
  /// across threads where one happens before the other. Other threads than the loop's hold a lock while `body` runs; `body` must not
  /// write to the same connection. What is written to a connection that has finished or closed is dropped.
  @inline(__always)
  final func write<R, E: Error>(_ body: (inout OutputBytes) throws(E) -> R) throws(E) -> R {
    let writing = beginWrite()
    defer { endWrite(writing) }
    return try body(&writing.output.pointee)
  }

  /// `write` in two steps; nothing else may be written by this thread in between.
  @inline(__always)
  final func beginWrite() -> Writing {
    if isOnLoop { return Writing(output: loopOutput(), outbox: nil) }
    return beginFromOutside()
  }

  /// The same, unless more than `limit` bytes are unsent.
  @inline(__always)
  final func beginWrite(limit: Int) -> Writing? {
    if isOnLoop {
      let output = loopOutput()
      if output.pointee.count > limit || isBusy, exactUnsent > limit { return nil }
      return Writing(output: output, outbox: nil)
    }
    let writing = beginFromOutside()
    guard unsentOnLoop.load(ordering: .relaxed) &+ writing.output.pointee.count <= limit else {
      endWrite(writing)
      return nil
    }
    return writing
  }

  /// Ends what `beginWrite` has begun.
  @inline(__always)
  final func endWrite(_ writing: Writing) {
    if let outbox = writing.outbox, outbox.endWrite() { loop.submit(self) }
  }

  @inline(__always)
  private final func beginFromOutside() -> Writing {
    let outbox = outbox ?? makeOutbox()
    return Writing(output: unretainedLoop._withUnsafeGuaranteedRef { outbox.beginWrite($0) }, outbox: outbox)
  }

  /// Whether bytes are unsent elsewhere than in the output of this turn. Loop thread.
  @inline(__always)
  private final var isBusy: Bool { stream.map { $0.has(IKC_FLYING) } ?? false || outbox.map { !$0.isEmpty } ?? false }

  /// Bytes written that the system has not taken yet. Any thread: exact on the loop's, on others it may lag behind.
  final var unsentBytes: Int {
    let onLoop = isOnLoop ? exactUnsent : unsentOnLoop.load(ordering: .relaxed)
    return onLoop + (outbox?.pending ?? 0)
  }

  /// Has `connectionDrained` called once the unsent bytes are at the low watermark or below, in a later turn where they are already.
  /// Any thread. Whoever found too many unsent bytes and waits asks for it: what other threads see may not be what the loop sees.
  final func notifyWhenDrained() {
    guard loop.isCurrent else {
      loop.execute { [self] in notifyWhenDrained() }
      return
    }
    guard let stream, !stream.has(IKC_CLOSING) else { return }
    stream.set(IKC_ABOVE_HIGH)
    ikc_stream_mark(stream)
  }

  /// What other threads have written. Any thread.
  final var writtenFromOutside: (frames: Int, bytes: Int) { outbox?.written ?? (0, 0) }

  @inline(__always)
  private final func loopOutput() -> UnsafeMutablePointer<OutputBytes> {
    guard let stream, !stream.has(IKC_CLOSING | IKC_SHUTTING) else { return loop.discardedOutput() }
    if let outbox, !outbox.isEmpty, !takeOver(outbox, into: stream) { return outbox.later }
    return output(of: stream)
  }

  /// Puts what other threads wrote behind what the loop's thread has written. False where another thread is at it right now.
  @inline(never)
  private final func takeOver(_ outbox: Outbox, into stream: UnsafeMutablePointer<ikc_stream>) -> Bool {
    guard let taken = outbox.take() else { return false }
    let output = output(of: stream)
    if output.pointee.count == 0 {
      loop.keepSpare(output.pointee)
      output.pointee = taken
    } else {
      output.pointee.append(UnsafeRawBufferPointer(start: taken.base, count: taken.count))
      loop.keepSpare(taken)
    }
    let later = outbox.later.pointee
    if later.count > 0 {
      output.pointee.append(UnsafeRawBufferPointer(start: later.base, count: later.count))
      later.base?.deallocate()
      outbox.later.pointee = OutputBytes()
    }
    return true
  }

  @inline(__always)
  private final func output(of stream: UnsafeMutablePointer<ikc_stream>) -> UnsafeMutablePointer<OutputBytes> {
    guard let output = ikc_stream_output(stream) else { return loop.discardedOutput() }
    return UnsafeMutableRawPointer(output).assumingMemoryBound(to: OutputBytes.self)
  }

  /// Other threads have written: called by the loop.
  final func takeOverOutbox() {
    guard let outbox else { return }
    guard let stream, !stream.has(IKC_CLOSING | IKC_SHUTTING) else {
      if let taken = outbox.take() { loop.keepSpare(taken) }
      return
    }
    if !outbox.isEmpty, takeOver(outbox, into: stream) { noteUnsent() }
  }

  private final var exactUnsent: Int {
    guard let stream else { return 0 }
    return Int(ikc_stream_unsent(stream)) + (outbox?.later.pointee.count ?? 0)
  }

  private final func noteUnsent() {
    guard let stream else { return }
    let unsent = exactUnsent
    unsentOnLoop.store(unsent, ordering: .relaxed)
    ikc_stream_note_high(stream, unsent)
  }

  // MARK: The end

  /// Ends the connection in good order: what has been written is delivered, the peer is told that no more comes, and what it
  /// still sends is handed over until it ends as well. Where nothing moves for the linger time, the connection is closed all the same.
  ///
  /// Input that was not being read is thrown away.
  final func finish() {
    loop.assertCurrent()
    guard let stream, !stream.has(IKC_CLOSING | IKC_FINISHING) else { return }
    stream.set(IKC_FINISHING)
    if !stream.has(IKC_READING) {
      stream.pointee.mode = UInt8(IKC_STOP)
      ikc_stream_start(stream)
    }
    advanceFinish()
    if !isClosed { loop.linger(self, for: stream.settings.linger) }
  }

  /// Closes now; unsent bytes are lost.
  final func abort() {
    loop.assertCurrent()
    close()
  }

  /// Closes now, for that reason.
  final func fail(_ error: IKCError) {
    if failure == nil { failure = error }
    close()
  }

  /// What tells whether a finished connection still moves.
  final var progress: Int {
    guard let stream else { return 0 }
    // Asked of the system, which takes a long write in parts that nobody is told of.
    return Int(ikc_stream_unsent(stream)) * 2 + (stream.has(IKC_SHUT) ? 0 : 1)
  }

  /// A finished connection did not move for its linger time.
  final func lingeredOut() {
    guard let stream else { return }
    let unsent = unsentBytes
    if !stream.has(IKC_SHUT), unsent > 0 {
      failedWriting = true
      fail(IKCError(.timedOut, "the peer took no more bytes; \(unsent) were not delivered"))
    } else {
      close()
    }
  }

  private final func close() {
    if let stream { ikc_stream_close(stream) }
  }

  private final func advanceFinish() {
    guard let stream, stream.has(IKC_FINISHING) else { return }
    guard !stream.has(IKC_CLOSING | IKC_SHUTTING | IKC_FLYING) else { return }
    if let outbox, !outbox.isEmpty, !takeOver(outbox, into: stream) { return }
    if let output = stream.pointee.output, output.pointee.bytes.count > 0 { return }
    // Nothing comes after the peer's end, and the system sends what it has been given: closing a socket says it all.
    if !stream.has(IKC_ENDED) || stream.has(IKC_MEMORY) { ikc_stream_shutdown(stream) }
    if stream.has(IKC_ENDED) { close() }
  }

  // MARK: What subclasses know

  /// The other end, as the system names it; nil once closed.
  var peerAddress: Endpoint? { nil }

  /// This end, as the system names it; nil once closed.
  var localAddress: Endpoint? { nil }

  /// The socket; nil once closed, and for connections in memory.
  var fileDescriptor: Int32? { nil }
}

// MARK: - What the C side tells

extension Connection {
  @inline(__always)
  final func received(line: UnsafeRawBufferPointer) -> ReadMode {
    handler?.connection(self, received: line) ?? .stop
  }

  @inline(__always)
  final func received(_ batch: borrowing FrameBatch) { handler?.connection(self, received: batch) }

  /// Frames may come soon: asks the processor for the handler's memory.
  @inline(__always)
  final func expectFrames() {
    // To ask the handler itself would count a reference, in that very memory.
    let address = withUnsafeBytes(of: &handler) { $0.load(as: UnsafeRawPointer?.self) }
    ikc_fetch(address)
  }

  final func receivedEnd() {
    guard failure == nil else { return close() }
    handler?.connectionReceivedEnd(self)
    guard let stream, stream.has(IKC_SHUT) else { return }
    close()
  }

  final func sent() {
    noteUnsent()
    guard let stream, !stream.has(IKC_LAST) else { return close() }
    if stream.has(IKC_ABOVE_HIGH), unsentBytes <= stream.pointee.limits.pointee.low {
      stream.clear(IKC_ABOVE_HIGH)
      handler?.connectionDrained(self)
    }
    advanceFinish()
  }

  final func failed(status: CInt, writing: Bool) {
    guard let stream else { return }
    if failure == nil {
      failedWriting = writing
      failure = IKCError(
        .channelClosed, "\(writing ? "writing to" : "reading from") the peer failed: \(IKCError.systemText(status))")
    }
    // What the peer sent before it went may still be there to be read; reading then comes upon its end.
    let reads = stream.has(IKC_READING) && !stream.has(IKC_ENDED)
    guard writing, reads else { return close() }
    stream.set(IKC_SHUTTING)
    ikc_stream_drop_output(stream)
    loop.linger(self, for: stream.settings.linger)
  }

  final func rejected(_ reason: ikc_rejection, bytes: UnsafeRawBufferPointer, length: UInt64) {
    guard let stream else { return }
    let limits = stream.pointee.limits.pointee
    switch reason {
    case IKC_REJECTED_LINE_TOO_LONG:
      failure = IKCError(.lineTooLong, "a line exceeds the limit of \(limits.line) bytes")
    case IKC_REJECTED_FRAME_TOO_LONG:
      failure = IKCError(.frameTooLong, "a frame of \(length) octets exceeds the limit of \(limits.frame)")
    case IKC_REJECTED_BAD_FRAME:
      failure = IKCError(
        .badFrame, "a frame begins with its length in decimal digits and a NUL, not with \(escaped(bytes))")
    default:
      failure = IKCError(.system, "no memory is left for what the peer sends")
    }
    // Replies to what came before leave first, as far as they can at the end of this turn.
    guard !stream.has(IKC_CLOSING | IKC_FLYING) else { return close() }
    stream.set(IKC_LAST)
    ikc_stream_mark(stream)
  }

  final func didClose() {
    guard let stream else { return }
    let settings = stream.settings
    Unmanaged.passUnretained(settings).release()
    if stream.has(IKC_LINGERING) { loop.endLinger(of: self) }
    self.stream = nil
    unsentOnLoop.store(0, ordering: .relaxed)
    takeOverOutbox()
    settings.gauge?.leave()
    if let handler {
      self.handler = nil
      handler.connection(self, closed: failure)
    }
    loop.handleClosed()
  }
}

/// The first bytes, quoted, those outside printable ASCII as `\xNN`.
private func escaped(_ bytes: UnsafeRawBufferPointer) -> String {
  let digits = Array("0123456789ABCDEF")
  var text = "\""
  for byte in bytes.prefix(24) {
    if (32..<127).contains(byte), byte != 34, byte != 92 {
      text.append(Character(Unicode.Scalar(byte)))
    } else {
      text += "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
  }
  return text + (bytes.count > 24 ? "\"…" : "\"")
}
