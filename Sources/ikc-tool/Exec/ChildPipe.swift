import IKC

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A pipe between this process and one that it starts.
final class ChildPipe {
  /// The end here, which never blocks; -1 once it is closed.
  private(set) var own: CInt
  /// The end there; -1 once it is closed here.
  private(set) var child: CInt

  var isOpen: Bool { own >= 0 }

  init(childReads: Bool) throws(IKCError) {
    let ends = try PipeEnds(readingBlocks: childReads, writingBlocks: !childReads)
    own = childReads ? ends.writing : ends.reading
    child = childReads ? ends.reading : ends.writing
  }

  deinit {
    if own >= 0 { close(own) }
    if child >= 0 { close(child) }
  }

  func closeOwn() {
    if own >= 0 { close(own) }
    own = -1
  }

  func closeChild() {
    if child >= 0 { close(child) }
    child = -1
  }

  /// Writes what the pipe takes; false where nobody reads any more.
  func write(_ bytes: [UInt8], from position: inout Int) -> Bool {
    let error = ikc.write(bytes, from: &position, to: own)
    return error == 0 || error == EAGAIN
  }

  /// Reads a part of what is there; false at the end.
  func read(into bytes: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    #if canImport(Darwin)
      let count = Darwin.read(own, &chunk, chunk.count)
    #elseif canImport(Musl)
      let count = Musl.read(own, &chunk, chunk.count)
    #else
      let count = Glibc.read(own, &chunk, chunk.count)
    #endif
    if count > 0 { bytes += chunk[..<count] }
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
  }
}
