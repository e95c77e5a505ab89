/// An immutable run of bytes behind its length, in one allocation.
/// Nothing writes to the bytes after `copy` has handed it out.
final class ByteBuffer: ManagedBuffer<Int, UInt8> {
  /// A buffer that holds a copy of `bytes`.
  static func copy(_ bytes: UnsafeRawBufferPointer) -> ByteBuffer {
    let buffer = ByteBuffer.create(minimumCapacity: bytes.count) { _ in bytes.count }
    if let source = bytes.baseAddress {
      buffer.withUnsafeMutablePointerToElements {
        UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: bytes.count)
      }
    }
    return unsafeDowncast(buffer, to: ByteBuffer.self)
  }

  // Through pointers: `header` itself would be checked for exclusive access each time.
  @inline(__always)
  var count: Int { withUnsafeMutablePointerToHeader { $0.pointee } }

  /// The bytes; valid as long as the buffer is held.
  @inline(__always)
  var bytes: UnsafeRawBufferPointer {
    let start = withUnsafeMutablePointerToElements { UnsafeRawPointer($0) }
    return UnsafeRawBufferPointer(start: start, count: count)
  }
}
