internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The worker's side of a `Supervisor`: the sockets that it accepts on, and its heart-beat.
public final class Worker: Sendable {
  private enum Occurrence {
    case exhausted, drain, idle
  }

  /// This process as a worker; nil where no supervisor has started it.
  ///
  /// To be asked before anything else happens in `main`, in particular before other processes are started, which would
  /// inherit what is meant for this one.
  public static let inherited: Worker? = inherit()

  /// Its place among the workers, from 1.
  public let place: Int
  /// Where it accepts connections.
  public let addresses: [Address]

  private let inheritance: WorkerInheritance
  private let control: ControlSocket
  private let queue = DispatchQueue(label: "ikc-worker")
  private let occurrences: AsyncStream<Occurrence>
  private let occur: AsyncStream<Occurrence>.Continuation
  private let hasRun = Atomic(false)

  private init(_ inheritance: WorkerInheritance) {
    self.inheritance = inheritance
    place = inheritance.place
    addresses = inheritance.sockets.map(\.address)
    control = ControlSocket(descriptor: inheritance.control)
    (occurrences, occur) = AsyncStream.makeStream()
  }

  private static func inherit() -> Worker? {
    guard let text = getenv(WorkerInheritance.variable) else { return nil }
    let inheritance = WorkerInheritance(String(cString: text))
    unsetenv(WorkerInheritance.variable)
    // A process that a worker has started may have got the variable, but no socket.
    var kind: CInt = 0
    var size = socklen_t(MemoryLayout<CInt>.size)
    guard let inheritance, getsockopt(inheritance.control, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 else { return nil }
    for descriptor in [inheritance.control] + inheritance.sockets.map(\.descriptor) {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    let worker = Worker(inheritance)
    worker.control.prepare()
    return worker
  }

  /// Accepts connections with `kernel` and answers heart-beats, until the supervisor wants this worker to end or has died,
  /// until `drain`, or until it has accepted `connections` and all its channels have ended. Then shuts the kernel down in
  /// good order and returns; the process is to end after that, and is killed where it does not by the supervisor's deadline.
  /// Only once.
  ///
  /// A heart-beat is answered when each loop has turned and the serial queue has run. With several loops, connections are
  /// spread over all.
  ///
  /// - Parameters:
  ///   - concurrency: how many connections may be open at the same time on each address; further ones go to other workers.
  ///     `Configuration.concurrency` where nil.
  ///   - connections: after so many on one address this worker accepts no more, and another one takes its place.
  ///     `Configuration.connections` where nil.
  /// - Throws: as `Kernel.listen(onDescriptor:concurrency:connections:)`; the kernel has been shut down then.
  public func run(_ kernel: Kernel, concurrency: Int? = nil, connections: Int? = nil) async throws(IKCError) {
    guard !hasRun.exchange(true, ordering: .acquiringAndReleasing) else {
      throw IKCError(.invalidArgument, "a worker runs once")
    }
    var listeners: [Listener] = []
    do throws(IKCError) {
      for socket in inheritance.sockets {
        let listener = try await kernel.listen(
          onDescriptor: socket.descriptor, concurrency: concurrency, connections: connections)
        listener.onEnd { [occur] in if $0 == .exhausted { occur.yield(.exhausted) } }
        listeners.append(listener)
      }
    } catch {
      await kernel.shutdown(deadline: .zero)
      throw error
    }
    control.send(.ready)
    watch(kernel)
    await untilEnd(kernel, listeners)
    await kernel.shutdown(deadline: .milliseconds(max(1, inheritance.drainMilliseconds / 10 * 9)))
  }

  /// Ends this worker in good order; its supervisor starts another one in its place. For a program that catches SIGTERM.
  public func drain() { occur.yield(.drain) }

  private func untilEnd(_ kernel: Kernel, _ listeners: [Listener]) async {
    var isLeaving = false
    for await occurrence in occurrences {
      switch occurrence {
      case .exhausted:
        guard !isLeaving else { continue }
        isLeaving = true
        control.send(.leaving)
        for listener in listeners { await listener.close() }
        kernel.whenIdle { [occur] in occur.yield(.idle) }
      case .drain:
        if !isLeaving { control.send(.leaving) }
        return
      case .idle:
        return
      }
    }
  }

  /// Reads what the supervisor says.
  private func watch(_ kernel: Kernel) {
    let source = DispatchSource.makeReadSource(fileDescriptor: control.descriptor, queue: queue)
    let control = control
    source.setEventHandler { [self, weak kernel] in
      guard let bytes = control.receive() else {
        source.cancel()
        return supervisorDied()
      }
      for byte in bytes {
        switch ControlSocket.Request(rawValue: byte) {
        case .answer: kernel?.afterTurn { control.send(.answered) }
        case .drain: drain()
        case nil: break
        }
      }
    }
    source.resume()
  }

  /// Nobody is left who would kill this process if it hangs.
  private func supervisorDied() {
    drain()
    queue.asyncAfter(deadline: .now() + .milliseconds(inheritance.drainMilliseconds)) {
      kill(getpid(), SIGKILL)
    }
  }
}
