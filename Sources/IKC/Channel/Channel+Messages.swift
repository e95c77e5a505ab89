extension Channel {
  /// Writes one frame: `body` writes a message as Storable image, which goes out in the peer's serializer.
  ///
  /// Any thread. Where `body` throws, nothing is written.
  ///
  /// - Parameters:
  ///   - digits: how many digits the frame's length will probably have; only a wrong guess moves the body.
  ///   - limit: how many bytes may be unsent.
  /// - Returns: false, with nothing written, where more than `limit` bytes are unsent.
  @inline(__always)
  @discardableResult
  func writeFrame(
    digits: Int = 3, limit: Int = .max, _ body: (inout ByteWriter) throws(IKCError) -> Void
  ) throws(IKCError) -> Bool {
    guard let writing = unretainedConnection._withUnsafeGuaranteedRef({ $0.beginWrite(limit: limit) }) else {
      return false
    }
    let output = writing.output
    var writer = ByteWriter(
      adopting: output.pointee.base, count: output.pointee.count, capacity: output.pointee.capacity)
    writer.keepsKinds = isTranscoded
    let mark = writer.beginFrame(digits: digits)
    var failure: IKCError?
    do throws(IKCError) {
      try body(&writer)
      if isTranscoded { try transcode(&writer, mark) }
      let size = writer.bodySize(mark)
      if size > maximumFrameLength { throw tooLong(size) }
      writer.endFrame(mark)
      if !writing.count(frame: size) { sentOnLoop.add(frames: 1, bytes: size) }
    } catch {
      writer.cancelFrame(mark)
      failure = error
    }
    let (base, count, capacity) = writer.release()
    output.pointee = OutputBytes(base: base, count: count, capacity: capacity)
    unretainedConnection._withUnsafeGuaranteedRef { $0.endWrite(writing) }
    if let failure { throw failure }
    return true
  }

  /// What became of a frame.
  enum Written {
    case written
    /// Nothing was written: too many bytes are unsent.
    case congested
    /// Nothing was written: it has to be done the other way.
    case otherwise
  }

  /// Writes one frame whose size is known: `body` stores the image of a message at the place that it gets.
  ///
  /// Any thread. Not for peers that get another serializer's bytes, nor for messages over the limit.
  ///
  /// - Parameters:
  ///   - size: how many bytes `body` stores.
  ///   - limit: how many bytes may be unsent.
  @inline(__always)
  func writeFrame(size: Int, limit: Int = .max, _ body: (UnsafeMutableRawPointer) -> Void) -> Written {
    guard !isTranscoded, size <= maximumFrameLength else { return .otherwise }
    guard let writing = unretainedConnection._withUnsafeGuaranteedRef({ $0.beginWrite(limit: limit) }) else {
      return .congested
    }
    let digits = ByteWriter.decimalDigits(size)
    let whole = digits &+ 1 &+ size
    let place = writing.output.pointee.tail(whole)
    ByteWriter.storeHead(size, digits: digits, to: place)
    body(place + digits + 1)
    writing.output.pointee.count &+= whole
    if !writing.count(frame: size) { sentOnLoop.add(frames: 1, bytes: size) }
    unretainedConnection._withUnsafeGuaranteedRef { $0.endWrite(writing) }
    return .written
  }

  @inline(never)
  private func transcode(_ writer: inout ByteWriter, _ mark: ByteWriter.FrameMark) throws(IKCError) {
    guard let transcoder = peer.agreement.transcoder else { return }
    let bytes = try transcoder.message(ofImage: writer.body(mark))
    writer.truncate(to: writer.count - writer.bodySize(mark))
    writer.write(bytes)
  }

  private func tooLong(_ size: Int) -> IKCError {
    IKCError(
      .frameTooLong, "a message of \(size) bytes exceeds the limit of \(settings.maximumFrameLength)", peer: name)
  }
}
