import IKC

/// A server that a kernel is measured against: a process of our own, or one that runs already.
enum Server {
  case process(ServerProcess)
  case running(Address)

  enum Kind: Sendable {
    case kernel, perl
  }

  static func start(_ kind: Kind, _ settings: Settings) throws -> Server {
    switch kind {
    case .perl: return .process(try PerlServer.start(settings))
    case .kernel:
      if let address = settings.connect { return .running(address) }
      let busyPolling = settings.busyPolling.map { ["--busy-polling", String($0)] } ?? []
      return .process(
        try ServerProcess(
          serve: busyPolling + [
            "--listen", settings.freshAddress().description, "--loops", String(settings.loops),
            "--queue", settings.queue.rawValue, "--serializer", settings.serializer,
            "--protocol", settings.negotiation.rawValue,
          ]))
    }
  }

  var address: Address {
    switch self {
    case .process(let process): process.address
    case .running(let address): address
    }
  }

  /// Resident memory; nil for a server that is not ours to look into.
  var residentBytes: Int? {
    guard case .process(let process) = self else { return nil }
    return ResidentMemory.bytes(of: process.id)
  }

  func stop() {
    if case .process(let process) = self { process.stop() }
  }
}
