internal import Dispatch
public import Logging
public import ServiceLifecycle
internal import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Runs worker processes that accept on the same sockets, and replaces those that end, fail or hang; after the pre-forking of
/// IKC::Server.
///
/// Workers are started anew, not forked: the same program with the same arguments, in which `Worker.inherited` is not nil.
/// A worker that dies is replaced, after a wait that doubles with each failure in a row. One that does not answer its heart-beat
/// is killed. A worker whose supervisor has died ends by itself. All workers are in process groups of their own.
///
/// The program of a supervisor should do nothing else, and must not ignore SIGCHLD. It catches signals itself:
/// ```swift
/// if let worker = Worker.inherited {
///   try await worker.run(kernel)
/// } else {
///   let supervisor = try Supervisor()
///   try supervisor.listen(on: .tcp("0.0.0.0", port: 603))
///   try await supervisor.run()
/// }
/// ```
/// Any thread may use it.
public final class Supervisor: Service {
  private struct State {
    var sockets: [ListeningSocket] = []
    var processes: [Int32] = []
    var hasRun = false
  }

  private let configuration: SupervisorConfiguration
  private let logger: Logger
  private let state = Mutex(State())
  /// Wishes are written to the first and read from the second.
  private let wishes: (ControlSocket, ControlSocket)
  /// A queue of its own, which the loop holds from its beginning to its end.
  private let queue = DispatchQueue(label: "ikc-supervisor")

  /// Makes a supervisor; it does nothing before `run`.
  ///
  /// - Parameter logger: where failures go as warnings, and all else that happens to workers as debug messages; by default a
  ///   logger labelled `ikc`.
  /// - Throws: `invalidArgument` for a setting that can't be; `system` where the process has no descriptors left.
  public init(configuration: SupervisorConfiguration = .init(), logger: Logger? = nil) throws(IKCError) {
    try configuration.check()
    self.configuration = configuration
    self.logger = logger ?? Logger(label: "ikc")
    wishes = try ControlSocket.pair()
  }

  deinit {
    closeSockets()
    wishes.0.close()
    wishes.1.close()
  }

  /// Binds a socket that the workers will accept on; from now on connections wait for them. To be called before `run`. Blocks
  /// while a host name is looked up.
  ///
  /// - Parameter address: port 0 lets the system choose. A unix socket's file that nothing answers on is replaced; the
  ///   supervisor removes it in the end.
  /// - Returns: the address, with the port that was chosen.
  /// - Throws: `listenFailed`; `invalidArgument` for a path or port that can't be.
  @discardableResult
  public func listen(on address: Address) throws(IKCError) -> Address {
    let socket: ListeningSocket
    switch address {
    case .tcp(let host, let port):
      guard (0...65535).contains(port) else {
        throw IKCError(.invalidArgument, "\(address) has no port (0…65535)")
      }
      socket = try .tcp(
        address, host: host, places: BlockingSocket.places(of: address), count: 1, options: ListenOptions())
    case .unix(let path):
      guard !path.contains("\n") else {
        throw IKCError(.invalidArgument, "a path with a line break in it can't be handed to workers")
      }
      socket = try .unix(address, path: path, options: ListenOptions())
    }
    let isLate = state.withLock { state in
      if !state.hasRun { state.sockets.append(socket) }
      return state.hasRun
    }
    if isLate {
      socket.file?.remove()
      socket.close()
      throw IKCError(.invalidArgument, "the supervisor runs already; listen before")
    }
    return socket.address
  }

  /// The process ids of the workers that live at the moment.
  public var processIDs: [Int32] { state.withLock { $0.processes } }

  /// Runs the workers until `stop`, until the task is cancelled, or until its service group shuts down gracefully; returns when
  /// all have ended and the sockets are closed. Only once.
  ///
  /// - Throws: `invalidArgument` where it has run before, or does not listen anywhere; `system` where the process has no
  ///   descriptors left.
  public func run() async throws {
    let sockets = try begin()
    await withTaskCancellationOrGracefulShutdownHandler {
      await withCheckedContinuation { continuation in
        queue.async { [self] in
          let loop = SupervisorLoop(
            configuration, sockets: sockets, wishes: wishes.1, logger: logger,
            changed: { [self] processes in state.withLock { $0.processes = processes } },
            stopping: { [self] in closeSockets() })
          loop.run()
          continuation.resume()
        }
      }
    } onCancelOrGracefulShutdown: {
      self.stop()
    }
  }

  /// Ends all workers: the sockets close, nothing more is accepted, what is under way is answered, at the deadline they are killed. A second call
  /// kills them at once.
  ///
  /// - Parameter now: kill them at once.
  public func stop(now: Bool = false) {
    wishes.0.send(now ? SupervisorLoop.Wish.kill : .stop)
  }

  /// The sockets with descriptors that a worker's cannot overwrite.
  private func begin() throws(IKCError) -> [WorkerInheritance.Socket] {
    let sockets = state.withLock { state in
      if state.hasRun || state.sockets.isEmpty { return [] as [ListeningSocket] }
      state.hasRun = true
      return state.sockets
    }
    guard !sockets.isEmpty else {
      throw IKCError(.invalidArgument, "a supervisor runs once, and listens on an address before")
    }
    var copies: [WorkerInheritance.Socket] = []
    for socket in sockets {
      let copy = fcntl(socket.descriptors[0], F_DUPFD_CLOEXEC, WorkerProcess.firstSource(sockets.count))
      guard copy >= 0 else { throw .failure(of: "copy a descriptor", errno) }
      copies.append(WorkerInheritance.Socket(descriptor: copy, address: socket.address))
    }
    return copies
  }

  private func closeSockets() {
    let sockets = state.withLock { state in
      defer { state.sockets = [] }
      return state.sockets
    }
    for socket in sockets {
      socket.file?.remove()
      socket.close()
    }
  }
}

extension ControlSocket {
  fileprivate func send(_ wish: SupervisorLoop.Wish) { send(byte: wish.rawValue) }
}
