import CUV

extension ikc_calls {
  /// The calls that the C side makes: each finds the object and calls one method.
  static let swift = ikc_calls(
    line: { owner, bytes, count in
      connection(owner).received(line: UnsafeRawBufferPointer(start: bytes, count: count)).rawValue
    },
    frames: { owner, frames, count, octets in
      connection(owner).received(FrameBatch(frames: frames.unsafelyUnwrapped, count: count, byteCount: octets))
    },
    end: { connection($0).receivedEnd() },
    sent: { connection($0).sent() },
    failed: { owner, status, writing in connection(owner).failed(status: status, writing: writing != 0) },
    rejected: { owner, reason, bytes, count, length in
      connection(owner).rejected(reason, bytes: UnsafeRawBufferPointer(start: bytes, count: count), length: length)
    },
    closed: { owner in
      connection(owner).didClose()
      Unmanaged<Connection>.fromOpaque(owner!).release()
    },
    soon: { connection($0).expectFrames() },
    release: { $0?.deallocate() },
    may_sleep: { Unmanaged<EventLoop>.fromOpaque($0!).takeUnretainedValue().maySleep() ? 1 : 0 },
    woken: { Unmanaged<EventLoop>.fromOpaque($0!).takeUnretainedValue().woken() })
}

/// The connection is retained by its stream until `closed`.
@inline(__always)
private func connection(_ owner: UnsafeMutableRawPointer?) -> Connection {
  Unmanaged<Connection>.fromOpaque(owner.unsafelyUnwrapped).takeUnretainedValue()
}
