extension Channel {
  /// Writes one frame: `body` writes a message as Storable image, which goes out in the peer's serializer.
  ///
  /// Any thread. Where `body` throws, nothing is written.
  ///
  /// - Parameter digits: how many digits the frame's length will probably have; set to what it had.
  @inline(__always)
  func writeFrame(
    digits: inout Int, _ body: (inout ByteWriter) throws(IKCError) -> Void
  ) throws(IKCError) {
    try withConnection { (connection: Connection) throws(IKCError) in
      try connection.write { (output: inout OutputBytes) throws(IKCError) in
        var writer = ByteWriter(adopting: output.base, count: output.count, capacity: output.capacity)
        let mark = writer.beginFrame(digits: digits)
        var failure: IKCError?
        do throws(IKCError) {
          try body(&writer)
          if isTranscoded { try transcode(&writer, mark) }
          if writer.bodySize(mark) > maximumFrameLength { throw tooLong(writer.bodySize(mark)) }
          digits = writer.endFrame(mark)
        } catch {
          writer.cancelFrame(mark)
          failure = error
        }
        let (base, count, capacity) = writer.release()
        output = OutputBytes(base: base, count: count, capacity: capacity)
        if let failure { throw failure }
      }
    }
  }

  @inline(never)
  private func transcode(_ writer: inout ByteWriter, _ mark: ByteWriter.FrameMark) throws(IKCError) {
    guard let transcoder = peer.agreement.transcoder else { return }
    let message = try StorableSerializer().decode(writer.body(mark))
    let bytes = try transcoder.encode(message)
    writer.truncate(to: writer.count - writer.bodySize(mark))
    writer.write(bytes)
  }

  private func tooLong(_ size: Int) -> IKCError {
    IKCError(
      .frameTooLong, "a message of \(size) bytes exceeds the limit of \(settings.maximumFrameLength)", peer: name)
  }
}
