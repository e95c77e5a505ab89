#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Writes what `descriptor` takes of the bytes from `position` on, and moves that.
///
/// - Returns: 0 once all are written, else the error of the system.
func write(_ bytes: [UInt8], from position: inout Int, to descriptor: Int32) -> Int32 {
  while position < bytes.count {
    let count = bytes[position...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count > 0 {
      position += count
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
