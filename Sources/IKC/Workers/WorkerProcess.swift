#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A worker's process, as its supervisor sees it.
struct WorkerProcess {
  let id: pid_t
  let place: Int
  let control: ControlSocket
  /// It has closed its end, which it does only by ending.
  var isSilent = false

  /// How it ended, if it has; it is then forgotten by the system. 0x7f00 where somebody else has asked for its status.
  func ending() -> Int32? {
    var status: Int32 = 0
    while true {
      let result = waitpid(id, &status, WNOHANG)
      if result == id { return status }
      if result == 0 { return nil }
      if errno != EINTR { return 0x7f00 }
    }
  }

  func kill() {
    #if canImport(Darwin)
      _ = Darwin.kill(id, SIGKILL)
    #elseif canImport(Musl)
      _ = Musl.kill(id, SIGKILL)
    #else
      _ = Glibc.kill(id, SIGKILL)
    #endif
  }

  /// What a wait status says.
  static func text(_ status: Int32) -> String {
    status & 0x7f == 0 ? "status \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
  }

  /// Starts a worker anew.
  ///
  /// - Parameter sockets: the listening sockets, with descriptors above those that the worker gets: see `firstSource`.
  static func start(
    _ configuration: SupervisorConfiguration, place: Int, sockets: [WorkerInheritance.Socket]
  ) throws(IKCError) -> WorkerProcess {
    let (own, other) = try ControlSocket.pair()
    defer { other.close() }
    // Above the targets, lest one be overwritten before it is copied.
    let source = fcntl(other.descriptor, F_DUPFD_CLOEXEC, firstSource(sockets.count))
    guard source >= 0 else {
      own.close()
      throw .failure(of: "copy a descriptor", errno)
    }
    let copy = ControlSocket(descriptor: source)
    defer { copy.close() }
    let targets = sockets.enumerated().map { index, socket in
      WorkerInheritance.Socket(descriptor: firstTarget + 1 + Int32(index), address: socket.address)
    }
    let inheritance = WorkerInheritance(
      place: place, control: firstTarget,
      drainMilliseconds: max(1, Int(configuration.drainDeadline / .milliseconds(1))), sockets: targets)
    let name = CommandLine.arguments.first ?? "worker"
    let worker = ProcessStart(
      configuration.executable ?? ownExecutable,
      arguments: [name] + (configuration.arguments ?? Array(CommandLine.arguments.dropFirst())),
      environment: environment(with: inheritance),
      descriptors: [(source, firstTarget)] + zip(sockets, targets).map { ($0.descriptor, $1.descriptor) })
    do throws(IKCError) {
      return WorkerProcess(id: try worker.start(), place: place, control: own)
    } catch {
      own.close()
      throw error
    }
  }

  private static let firstTarget: Int32 = 3

  /// The lowest descriptor that does not collide with those that a worker gets.
  static func firstSource(_ sockets: Int) -> Int32 { firstTarget + 1 + Int32(sockets) }

  private static func environment(with inheritance: WorkerInheritance) -> [String] {
    let prefix = WorkerInheritance.variable + "="
    var all: [String] = []
    var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if !text.hasPrefix(prefix) { all.append(text) }
      next += 1
    }
    return all + [prefix + inheritance.text]
  }

  /// This program, also where its file has been replaced meanwhile.
  private static var ownExecutable: String {
    #if canImport(Darwin)
      var size: UInt32 = 4_096
      var path = [CChar](repeating: 0, count: Int(size))
      guard _NSGetExecutablePath(&path, &size) == 0 else { return CommandLine.arguments.first ?? "" }
      return path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    #else
      return "/proc/self/exe"
    #endif
  }
}
