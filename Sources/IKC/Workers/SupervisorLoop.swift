import Logging
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Does what the state machine decides, on one thread: starts processes, reads what they say, notices their end.
final class SupervisorLoop {
  /// Wakes the loop. Written to by any thread.
  enum Wish: UInt8 {
    case stop = 0x73
    case kill = 0x6b
  }

  private let configuration: SupervisorConfiguration
  private var sockets: [WorkerInheritance.Socket]
  private let wishes: ControlSocket
  private let logger: Logger
  private let changed: ([pid_t]) -> Void
  private let stopping: () -> Void
  private var machine: SupervisorStateMachine
  private var processes: [SupervisorStateMachine.ID: WorkerProcess] = [:]
  private var isFinished = false
  private let begin = SuspendingClock.now

  /// - Parameters:
  ///   - sockets: closed by the loop when it stops.
  ///   - wishes: where wishes are read from.
  ///   - changed: told the process ids of the workers when they have changed.
  ///   - stopping: called at the first wish, so that nobody connects any more.
  init(
    _ configuration: SupervisorConfiguration, sockets: [WorkerInheritance.Socket], wishes: ControlSocket,
    logger: Logger, changed: @escaping ([pid_t]) -> Void, stopping: @escaping () -> Void
  ) {
    self.configuration = configuration
    self.sockets = sockets
    self.wishes = wishes
    self.logger = logger
    self.changed = changed
    self.stopping = stopping
    machine = SupervisorStateMachine(configuration)
  }

  /// Returns when all workers have ended after a wish.
  func run() {
    while !isFinished {
      perform(machine.tick(at: now))
      if isFinished { return }
      wait()
      receive()
      reap()
    }
  }

  private var now: Duration { SuspendingClock.now - begin }

  /// Until something arrives or is due. Ends that nobody tells are found within a second.
  private func wait() {
    var due = min(1_000, max(0, ((machine.nextTick ?? .seconds(1)) - now) / .milliseconds(1)))
    if processes.values.contains(where: \.isSilent) { due = min(due, 5) }
    var polled = [pollfd(fd: wishes.descriptor, events: Int16(POLLIN), revents: 0)]
    for process in processes.values where !process.isSilent {
      polled.append(pollfd(fd: process.control.descriptor, events: Int16(POLLIN), revents: 0))
    }
    _ = poll(&polled, nfds_t(polled.count), Int32(due.rounded(.up)))
  }

  private func receive() {
    for byte in wishes.receive() ?? [] {
      for socket in sockets { ControlSocket(descriptor: socket.descriptor).close() }
      sockets = []
      stopping()
      switch Wish(rawValue: byte) {
      case .stop: handle(.stop)
      case .kill: handle(.kill)
      case nil: break
      }
    }
    for (id, process) in processes where !process.isSilent {
      guard let bytes = process.control.receive() else {
        processes[id]?.isSilent = true
        process.kill()
        continue
      }
      for byte in bytes {
        switch ControlSocket.Report(rawValue: byte) {
        case .ready:
          logger.debug("worker is ready", metadata: metadata(process))
          handle(.ready(id))
        case .answered: handle(.answered(id))
        case .leaving:
          logger.debug("worker accepts no more", metadata: metadata(process))
          handle(.leaving(id))
        case nil: break
        }
      }
    }
  }

  private func reap() {
    for (id, process) in processes {
      guard let status = process.ending() else { continue }
      process.control.close()
      processes[id] = nil
      tellProcesses()
      var details = metadata(process)
      details["ended"] = "\(WorkerProcess.text(status))"
      logger.log(level: status == 0 ? .debug : .warning, "worker ended", metadata: details)
      handle(.ended(id))
    }
  }

  private func handle(_ event: SupervisorStateMachine.Event) {
    perform(machine.handle(event, at: now, jitter: .random(in: 0...1)))
  }

  private func perform(_ actions: [SupervisorStateMachine.Action]) {
    for action in actions {
      switch action {
      case .start(let id, let place): start(id, place: place)
      case .ask(let id): processes[id]?.control.send(.answer)
      case .drain(let id): processes[id]?.control.send(.drain)
      case .kill(let id, let reason):
        guard let process = processes[id] else { break }
        var details = metadata(process)
        details["reason"] = "\(reason.rawValue)"
        logger.warning("worker is killed", metadata: details)
        process.kill()
      case .backOff(let place, let failures, let delay):
        logger.warning(
          "worker failed",
          metadata: ["worker": "\(place)", "failuresInRow": "\(failures)", "nextStartIn": "\(delay)"])
      case .finish: isFinished = true
      }
    }
  }

  private func start(_ id: SupervisorStateMachine.ID, place: Int) {
    do throws(IKCError) {
      let process = try WorkerProcess.start(configuration, place: place, sockets: sockets)
      processes[id] = process
      tellProcesses()
      logger.debug("worker started", metadata: metadata(process))
    } catch {
      logger.error("worker can't be started", metadata: ["worker": "\(place)", "error": "\(error.message)"])
      handle(.ended(id))
    }
  }

  private func tellProcesses() { changed(processes.values.map(\.id).sorted()) }

  private func metadata(_ process: WorkerProcess) -> Logger.Metadata {
    ["worker": "\(process.place)", "process": "\(process.id)"]
  }
}
