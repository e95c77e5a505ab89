import CUV
import IKC

/// Peers of kernels in the same loop that are ends of connections in memory and nothing else: what a channel costs is
/// then what its kernel's side costs.
///
/// The loop's calls come here first. An end of a peer is known by the lowest bit of its owner; all others are the kernel's.
enum Peers {
  typealias End = UnsafeMutablePointer<ikc_stream>

  struct Counts {
    var established = 0
    var frames = 0
    var closed = 0
    var failures = 0
  }

  nonisolated(unsafe) static var counts = Counts()  // used on the one thread that runs the loops
  nonisolated(unsafe) private static var kernel = ikc_calls()  // the same

  /// Puts the peers between a kernel's loop and the kernel.
  static func join(_ loop: UnsafeMutablePointer<ikc_loop>) {
    kernel = loop.pointee.calls
    loop.pointee.calls = ikc_calls(
      line: { owner, bytes, count in
        guard Peers.end(owner) != nil else { return Peers.kernel.line(owner, bytes, count) }
        Peers.counts.established += 1
        return UInt8(IKC_FRAMES)
      },
      frames: { owner, frames, count, octets in
        guard Peers.end(owner) != nil else { return Peers.kernel.frames(owner, frames, count, octets) }
        Peers.counts.frames += count
      },
      end: { owner in
        guard let end = Peers.end(owner) else { return Peers.kernel.end(owner) }
        ikc_stream_close(end)
      },
      sent: { owner in
        if Peers.end(owner) == nil { Peers.kernel.sent(owner) }
      },
      failed: { owner, status, writing in
        guard Peers.end(owner) != nil else { return Peers.kernel.failed(owner, status, writing) }
        Peers.counts.failures += 1
      },
      rejected: { owner, reason, bytes, count, length in
        guard Peers.end(owner) != nil else { return Peers.kernel.rejected(owner, reason, bytes, count, length) }
        Peers.counts.failures += 1
      },
      closed: { owner in
        guard Peers.end(owner) != nil else { return Peers.kernel.closed(owner) }
        Peers.counts.closed += 1
      },
      soon: { owner in
        if Peers.end(owner) == nil { Peers.kernel.soon(owner) }
      },
      release: { base in Peers.kernel.release(base) },
      may_sleep: { owner in Peers.kernel.may_sleep(owner) },
      woken: { owner in Peers.kernel.woken(owner) })
  }

  @inline(__always)
  private static func end(_ owner: UnsafeMutableRawPointer?) -> End? {
    let bits = UInt(bitPattern: owner)
    return bits & 1 == 0 ? nil : End(bitPattern: bits & ~1)
  }

  /// A peer that is connected to nothing yet.
  static func make() throws -> End {
    guard let memory = ikc_memory_make() else { throw Failure("there is no memory left for the peers") }
    return UnsafeMutableRawPointer(memory).assumingMemoryBound(to: ikc_stream.self)
  }

  /// Connects a peer, and gives the other end.
  static func connect(
    _ end: End, on loop: UnsafeMutablePointer<ikc_loop>, limits: UnsafePointer<ikc_limits>
  ) throws -> UnsafeMutableRawPointer {
    guard let other = ikc_memory_make() else { throw Failure("there is no memory left for the connections") }
    ikc_memory_join(UnsafeMutableRawPointer(end).assumingMemoryBound(to: ikc_memory.self), other)
    end.pointee.owner = UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: end) | 1)
    end.pointee.limits = limits
    ikc_stream_link(loop, end)
    ikc_stream_start(end)
    return UnsafeMutableRawPointer(other)
  }

  /// Sends bytes at the end of the loop's turn.
  static func send(_ bytes: UnsafeRawBufferPointer, from end: End) {
    guard end.pointee.flags & UInt16(IKC_CLOSING) == 0, let output = ikc_stream_output(end) else { return }
    let held = output.pointee.bytes
    if held.capacity - held.count < bytes.count {
      let capacity = max(512, 2 * (held.count + bytes.count))
      let base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      if let old = held.base {
        base.copyMemory(from: old, byteCount: held.count)
        old.deallocate()
      }
      output.pointee.bytes = ikc_bytes(base: base, count: held.count, capacity: capacity)
    }
    if let from = bytes.baseAddress {
      (output.pointee.bytes.base + held.count).copyMemory(from: from, byteCount: bytes.count)
    }
    output.pointee.bytes.count += bytes.count
  }
}
