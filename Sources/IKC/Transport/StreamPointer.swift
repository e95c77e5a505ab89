import CUV

extension UnsafeMutablePointer<ikc_stream> {
  /// Whether any of `flags` is set.
  @inline(__always)
  func has(_ flags: Int) -> Bool { pointee.flags & UInt16(truncatingIfNeeded: flags) != 0 }

  @inline(__always)
  func set(_ flags: Int) { pointee.flags |= UInt16(truncatingIfNeeded: flags) }

  @inline(__always)
  func clear(_ flags: Int) { pointee.flags &= ~UInt16(truncatingIfNeeded: flags) }

  /// What the stream was made with. It holds them until it has closed.
  var settings: ConnectionSettings {
    Unmanaged<ConnectionSettings>.fromOpaque(pointee.limits.pointee.owner).takeUnretainedValue()
  }
}
