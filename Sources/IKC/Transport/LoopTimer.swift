import CUV

/// A call that a loop makes once, later. To be used on the loop's thread.
final class LoopTimer {
  private let loop: EventLoop
  private var body: (() -> Void)?
  private var handle: UnsafeMutablePointer<uv_timer_t>?

  init(on loop: EventLoop, _ body: @escaping () -> Void) {
    self.loop = loop
    self.body = body
  }

  func start(milliseconds: UInt64) {
    let handle = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    uv_timer_init(loop.uv, handle)
    handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    uv_timer_start(handle, { LoopTimer.of($0!).fire() }, milliseconds, 0)
    self.handle = handle
    loop.handleOpened()
    loop.add(self)
  }

  /// Keeps the call from being made, if it has not been made yet.
  func cancel() {
    body = nil
    guard let handle else { return }
    self.handle = nil
    loop.remove(self)
    uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
      let timer = UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_timer_t.self)
      let loop = LoopTimer.of(timer).loop
      Unmanaged.passUnretained(LoopTimer.of(timer)).release()
      timer.deallocate()
      loop.handleClosed()
    }
  }

  private func fire() {
    let body = body
    cancel()
    body?()
  }

  private static func of(_ handle: UnsafeMutablePointer<uv_timer_t>) -> LoopTimer {
    Unmanaged<LoopTimer>.fromOpaque(handle.pointee.data).takeUnretainedValue()
  }
}

extension LoopTimer: LoopPart {
  func stop() { cancel() }
}
