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
    try connection.write { (output: inout OutputBytes) throws(IKCError) in
      var writer = ByteWriter(adopting: output.base, count: output.count, capacity: output.capacity)
      let mark = writer.beginFrame(digits: digits)
      var failure: IKCError?
      do throws(IKCError) {
        try body(&writer)
        if let transcoder = peer.transcoder { try transcode(&writer, mark, to: transcoder) }
        if writer.bodySize(mark) > settings.maximumFrameLength { throw tooLong(writer.bodySize(mark)) }
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

  private func transcode(
    _ writer: inout ByteWriter, _ mark: ByteWriter.FrameMark, to transcoder: any Serializer
  ) throws(IKCError) {
    let message = try StorableSerializer().decode(writer.body(mark))
    let bytes = try transcoder.encode(message)
    writer.truncate(to: writer.count - writer.bodySize(mark))
    writer.write(bytes)
  }

  private func tooLong(_ size: Int) -> IKCError {
    IKCError(
      .frameTooLong, "a message of \(size) bytes exceeds the limit of \(settings.maximumFrameLength)", peer: name)
  }

  /// The number in a reply's event is found by what stands before it.
  func announces(_ kernel: UnsafeRawBufferPointer) -> Bool {
    peer.names.contains { name in
      name.utf8.count == kernel.count && name.utf8.elementsEqual(kernel)
    }
  }
}
