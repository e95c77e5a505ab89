public import Logging
internal import Synchronization

/// A process's place in an IKC system: it has sessions, listens and connects to other kernels, posts and calls.
///
/// Any thread may use it. Handlers and callbacks run on its serial queue, one at a time, and per peer in order of
/// arrival. A kernel that is let go without `shutdown` aborts its channels.
public final class Kernel: Sendable {
  let responder: Responder
  let configuration: Configuration
  /// Why the kernel can't be used, as its configuration or names have it.
  let misuse: IKCError?
  let loops: [EventLoop]
  private let nextLoop = Atomic(0)
  let listeners = ListenerRegistry()
  /// The name that was given; nil where the kernel goes by its id and address alone.
  public let name: String?

  /// Makes a kernel; it does nothing yet but wait for work.
  ///
  /// - Parameters:
  ///   - name: what peers call it: letters, digits, `_ . -`. `listen` and `connect` throw `invalidArgument` for others.
  ///     Nil: it goes by its id, and by its address.
  ///   - configuration: limits and choices.
  ///   - logger: where warnings go; by default a logger labelled `ikc`.
  public convenience init(name: String? = nil, configuration: Configuration = .init(), logger: Logger? = nil) {
    do {
      let loops = try (0..<max(1, min(configuration.loops, 64))).map {
        try EventLoop(name: "ikc-\($0)", busyPolling: configuration.busyPolling)
      }
      try self.init(name: name, configuration: configuration, logger: logger, loops: loops)
    } catch {
      // The system has no descriptors or memory left for a loop: nothing could work.
      preconditionFailure("no kernel can be made: \(error)")
    }
  }

  init(name: String?, configuration: Configuration, logger: Logger?, loops: [EventLoop]) throws(IKCError) {
    self.name = name
    self.configuration = configuration
    self.loops = loops
    let home = loops[0]
    let queue =
      switch configuration.queue {
      case .inline: SerialQueue(draining: .inline(home: home))
      case .dispatch(let queue): SerialQueue(draining: .dispatch(queue))
      }
    let identity = KernelIdentity(
      id: KernelID.make(), name: name, aliases: configuration.aliases, processID: KernelID.processID,
      negotiation: configuration.negotiation, packages: configuration.serializers.map(\.package))
    misuse =
      switch Result(catching: { () throws(IKCError) in
        try configuration.check()
        try identity.checkNames()
      }) {
      case .success: nil
      case .failure(let error): error
      }
    responder = try Responder(
      identity: identity, settings: configuration.channelSettings, queue: queue, home: home,
      logger: logger ?? Logger(label: "ikc"))
    try responder.registerLocal(limits: configuration.limits)
  }

  deinit {
    listeners.removeAll()
    // The responder stays until the loops' last callback, which may still reach it.
    let responder = responder
    responder.monitors.end()
    for loop in loops { loop.stop { _ = responder } }
  }

  /// The id by which peers tell this kernel from all others: `<host>-<time>-<process>-<counter>`.
  public var id: String { responder.identity.id }

  /// The names that go with every connection: id, name, aliases. Each connection's own address comes on top.
  public var names: [String] { responder.identity.names }

  /// The session of that name, made the first time it is asked for.
  ///
  /// - Parameter name: letters, digits, `_`, `-` and blanks; anything else is a mistake in the program and traps.
  public func session(_ name: String) -> Session {
    precondition(
      Specifier.isSessionName(name), "'\(name)' is no session's name; use letters, digits, '_', '-' and blanks")
    do {
      return Session(record: try responder.session(name), responder: responder, configuration: configuration)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The channels to all kernels that are connected at the moment.
  public var channels: [Channel] { responder.registry.withLock { $0.all } }

  /// The channel to the kernel of that name, if one is connected.
  public func channel(to name: String) -> Channel? { responder.registry.withLock { $0.channel(named: name) } }

  /// The kernels that are connected at the moment, with the names that they hold, in alphabetical order.
  public var registeredKernels: [RegisteredKernel] { responder.registry.withLock { $0.kernels } }

  /// Makes the kernel of that name the one that specifiers without a kernel mean. It stays so until it disconnects.
  ///
  /// Throws `unknownKernel` where no kernel of that name is connected.
  public func setDefaultKernel(_ name: String) throws(IKCError) {
    guard responder.registry.withLock({ $0.setDefault(name) }) else {
      throw IKCError(.unknownKernel, "no kernel '\(name)' is connected; connect first")
    }
  }

  /// The loop for the next connection, in turn.
  func takeLoop() -> EventLoop {
    loops[nextLoop.add(1, ordering: .relaxed).oldValue % loops.count]
  }
}
