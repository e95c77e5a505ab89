import CUV

/// Accepts connections on one listening socket and hands them to one or more loops. On its loop's thread.
final class LoopListener: @unchecked Sendable {  // confined to its loop's thread
  private let loop: EventLoop
  private let targets: [EventLoop]
  private let settings: ConnectionSettings
  private let quota: ConnectionQuota?
  private let hooks: AcceptHooks
  private let isUnix: Bool
  private let descriptor: CInt
  /// The own end of each connection, where that is certain.
  private let ownEnd: Endpoint?
  private var poll: UnsafeMutablePointer<uv_poll_t>?
  private var nextTarget = 0
  private var isPaused = false
  private var isFull = false
  private var isFailing = false
  private var backOff: LoopTimer?
  private var closed: [() -> Void] = []
  private var isClosed = false

  /// Takes over a listening descriptor.
  ///
  /// - Parameters:
  ///   - targets: the loops that connections are spread over, in turn.
  ///   - quota: how many are accepted in all; nil: no limit.
  init(
    descriptor: CInt, isUnix: Bool, loop: EventLoop, targets: [EventLoop], settings: ConnectionSettings,
    quota: ConnectionQuota? = nil, hooks: AcceptHooks
  ) {
    self.descriptor = descriptor
    self.isUnix = isUnix
    self.loop = loop
    self.targets = targets
    self.settings = settings
    self.quota = quota
    self.hooks = hooks
    let bound = isUnix ? nil : SocketAddress(descriptor: descriptor, peer: false)
    ownEnd = bound.flatMap { $0.isAnyHost ? nil : $0.endpoint }
  }

  /// Begins to accept. Where it fails, the descriptor is closed.
  func start() throws(IKCError) {
    let poll = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    let status = loop.isStopping ? UV_ECANCELED.rawValue : uv_poll_init(loop.uv, poll, descriptor)
    guard status == 0 else {
      poll.deallocate()
      isClosed = true
      ikc_close_descriptor(descriptor)
      throw .cannot("wait for connections", status: status, code: .listenFailed)
    }
    poll.pointee.data = Unmanaged.passRetained(self).toOpaque()
    self.poll = poll
    loop.handleOpened()
    loop.add(self)
    update()
  }

  /// Its loop has stopped before it could start.
  func closeUnstarted() {
    isClosed = true
    ikc_close_descriptor(descriptor)
  }

  /// Accepts no more for now; the system holds new connections up to its backlog.
  func pause() {
    isPaused = true
    update()
  }

  /// Accepts again.
  func resume() {
    isPaused = false
    update()
  }

  /// There is room for connections again.
  func hasRoom() {
    isFull = false
    update()
  }

  /// Accepts no more and closes the socket; its connections stay open.
  func close(_ completion: @escaping () -> Void = {}) {
    loop.assertCurrent()
    guard !isClosed || poll != nil else { return completion() }
    closed.append(completion)
    guard let poll, !isClosed else { return }
    isClosed = true
    backOff?.cancel()
    backOff = nil
    uv_poll_stop(poll)
    loop.remove(self)
    uv_close(UnsafeMutableRawPointer(poll).assumingMemoryBound(to: uv_handle_t.self)) { handle in
      let poll = UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_poll_t.self)
      Unmanaged<LoopListener>.fromOpaque(poll.pointee.data).takeRetainedValue().didClose()
    }
    ikc_close_descriptor(descriptor)
  }

  private func didClose() {
    poll?.deallocate()
    poll = nil
    let completions = closed
    closed = []
    for completion in completions { completion() }
    loop.handleClosed()
  }

  private func update() {
    guard let poll, !isClosed else { return }
    if isPaused || isFull || backOff != nil {
      uv_poll_stop(poll)
    } else {
      uv_poll_start(poll, CInt(UV_READABLE.rawValue)) { poll, _, _ in
        Unmanaged<LoopListener>.fromOpaque(poll!.pointee.data).takeUnretainedValue().acceptWaiting()
      }
    }
  }

  /// A bounded number of connections, so that open ones have their turn.
  private func acceptWaiting() {
    for _ in 0..<64 {
      guard !isClosed, !isPaused else { return }
      if let gauge = settings.gauge, !gauge.enter() {
        isFull = true
        return update()
      }
      if let quota, !quota.take() {
        settings.gauge?.leave()
        isFull = true
        return update()
      }
      var peer = SocketAddress()
      let accepted = ikc_accept(descriptor, &peer.storage)
      if accepted >= 0 {
        isFailing = false
        loop.core.pointee.spin.active = 1
        place(accepted, from: peer)
        if let quota, quota.use() { hooks.exhausted() }
        continue
      }
      settings.gauge?.leave()
      quota?.giveBack()
      switch uv_errno_t(accepted) {
      case UV_EAGAIN: return
      case UV_ECONNABORTED, UV_EINTR, UV_EPROTO: continue
      default:
        // Out of descriptors or memory: the connection waits in the backlog, and so do we.
        if !isFailing { hooks.failed(.cannot("accept a connection", status: accepted)) }
        isFailing = true
        backOff = loop.schedule(after: .milliseconds(100)) { [self] in
          backOff = nil
          update()
        }
        return update()
      }
    }
  }

  private func place(_ descriptor: CInt, from peer: SocketAddress) {
    let target = targets[nextTarget]
    nextTarget = (nextTarget + 1) % targets.count
    if target === loop { return adopt(descriptor, from: peer, on: loop) }
    if target.execute({ [self] in adopt(descriptor, from: peer, on: target) }) { return }
    ikc_close_descriptor(descriptor)
    settings.gauge?.leave()
  }

  /// On the thread of `target`; touches nothing that changes.
  private func adopt(_ descriptor: CInt, from peer: SocketAddress, on target: EventLoop) {
    guard !target.isStopping,
      let connection = try? SocketConnection.adopt(
        descriptor: descriptor, isUnix: isUnix, loop: target, settings: settings)
    else {
      if target.isStopping { ikc_close_descriptor(descriptor) }
      settings.gauge?.leave()
      return
    }
    hooks.accepted(connection, SocketEnds(own: ownEnd, peer: isUnix ? nil : peer.endpoint))
  }
}

extension LoopListener: LoopPart {
  func stop() { close() }
}
