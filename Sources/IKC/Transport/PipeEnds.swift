import CUV

/// The two ends of a pipe that no process inherits.
package struct PipeEnds {
  package let reading: CInt
  package let writing: CInt

  /// Opens a pipe. Both ends are closed on exec: on Linux from the first moment on, so that what another thread starts
  /// meanwhile does not get them; on Darwin right behind it.
  ///
  /// - Parameters:
  ///   - readingBlocks: whether reading waits for bytes.
  ///   - writingBlocks: whether writing waits for room.
  package init(readingBlocks: Bool, writingBlocks: Bool) throws(IKCError) {
    let neverBlocks = CInt(UV_NONBLOCK_PIPE.rawValue)
    var ends: (uv_file, uv_file) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) {
      uv_pipe(
        $0.baseAddress?.assumingMemoryBound(to: uv_file.self), readingBlocks ? 0 : neverBlocks,
        writingBlocks ? 0 : neverBlocks)
    }
    guard status == 0 else { throw .cannot("open a pipe", status: status) }
    (reading, writing) = ends
  }
}
