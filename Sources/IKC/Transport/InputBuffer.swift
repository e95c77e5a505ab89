import CUV

/// Bytes that have been received, taken off as lines or frames.
///
/// It grows with the bytes that arrive, never ahead of them, and keeps no large memory once it is empty.
struct InputBuffer {
  /// Memory up to this size is kept for the next bytes.
  private static let keptCapacity = 64 << 10

  private var bytes: [UInt8] = []
  /// Where what has not been taken begins.
  private var start = 0
  /// How many bytes behind `start` are known to hold no end of a line.
  private var scanned = 0
  /// The second byte of the last line's end, should it come late.
  private var partner: UInt8 = 0
  /// How many bytes have to be there before it is worth looking for a frame.
  private var needed = 1

  /// How many bytes have not been taken.
  var count: Int { bytes.count - start }

  /// The first byte that has not been taken.
  var first: UInt8? { count > 0 ? bytes[start] : nil }

  /// Adds what has arrived.
  mutating func append(_ arrived: UnsafeRawBufferPointer) {
    var arrived = arrived
    if partner != 0, let first = arrived.first {
      if first == partner { arrived = UnsafeRawBufferPointer(rebasing: arrived.dropFirst()) }
      partner = 0
    }
    if start > 0, start >= count {
      bytes.removeSubrange(..<start)
      start = 0
    }
    bytes.append(contentsOf: arrived)
  }

  /// Calls `body` with the next line without its end; nil where it is not complete yet.
  mutating func takeLine<R>(
    limit: Int, _ body: (UnsafeRawBufferPointer) throws(IKCError) -> R
  ) throws(IKCError) -> R? {
    var line = ikc_line()
    let found = bytes.withUnsafeBufferPointer { bytes in
      ikc_lines_next(bytes.baseAddress.map { $0 + start }, count, scanned, &line) != 0
    }
    guard found ? line.length <= limit : count <= limit else {
      throw IKCError(.lineTooLong, "a line of the negotiation exceeds the limit of \(limit) bytes")
    }
    guard found else {
      scanned = count
      return nil
    }
    defer { take(line.consumed) }
    partner = line.partner
    return try withBytes(start..<start + line.length, body)
  }

  /// Calls `body` with the next frame's body; nil where it is not complete yet.
  ///
  /// Throws `badFrame` where something else stands there, and `frameTooLong` for a frame over `limit`; the buffer then
  /// stays as it is.
  mutating func takeFrame<R>(
    limit: Int, _ body: (UnsafeRawBufferPointer) throws(IKCError) -> R
  ) throws(IKCError) -> R? {
    guard count >= needed else { return nil }
    var scan = ikc_frames_scan()
    var frame = ikc_frame()
    let offset = bytes.withUnsafeBufferPointer { bytes -> Int in
      guard let base = bytes.baseAddress else { return 0 }
      ikc_frames_find(base + start, count, UInt64(limit), &frame, 1, &scan)
      return frame.bytes.map { $0 - base } ?? 0
    }
    switch scan.status {
    case IKC_FRAMES_BAD: throw IKCError(.badFrame, "something other than a frame has come")
    case IKC_FRAMES_TOO_LONG:
      throw IKCError(.frameTooLong, "a frame of \(scan.length) bytes exceeds the limit of \(limit)")
    default: break
    }
    guard scan.found == 1 else {
      needed = max(scan.needed, count + 1)
      return nil
    }
    defer {
      take(scan.consumed)
      needed = 1
    }
    return try withBytes(offset..<offset + frame.length, body)
  }

  /// Hands out all that has not been taken.
  mutating func takeAll() -> [UInt8] {
    defer { take(count) }
    return Array(bytes[start...])
  }

  private func withBytes<R>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(IKCError) -> R
  ) throws(IKCError) -> R {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(IKCError) in try body(UnsafeRawBufferPointer(rebasing: bytes[range])) }
    }
    return try result.get()
  }

  private mutating func take(_ size: Int) {
    start += size
    scanned = 0
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
      start = 0
    }
  }
}
