import IKC

/// Workers that connect, negotiate, ping once and close, over and over, all on one loop as in the floor.
struct ConnectDriver: Driver {
  var workers: Int
  var settings: Settings

  /// A worker connects with one kernel after the other, so that a connection
  /// need not have closed at both ends before the next one begins: a kernel
  /// that is still connected would be refused its name.
  private static let kernelsOfAWorker = 4

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    let loop = try ClientLoop()
    var kernels: [Kernel] = []
    for _ in 0..<workers * Self.kernelsOfAWorker {
      kernels.append(try await Client.kernel(settings, on: loop))
    }
    let clock = RoundClock(limit)
    let result: Result<[Sample], any Error>
    do {
      result = .success(try await work(kernels, on: loop, target.address, limit, clock))
    } catch {
      result = .failure(error)
    }
    let seconds = clock.seconds
    for kernel in kernels { await kernel.shutdown() }
    await loop.stop()
    return Sample.sum(try result.get(), seconds: seconds)
  }

  private func work(
    _ kernels: [Kernel], on loop: ClientLoop, _ address: Address, _ limit: Limit, _ clock: RoundClock
  ) async throws -> [Sample] {
    try await withThrowingTaskGroup(of: Sample.self) { group in
      for index in 0..<workers {
        let own = kernels.dropFirst(index * Self.kernelsOfAWorker).prefix(Self.kernelsOfAWorker)
        let share = limit.share(index, of: workers)
        group.addTask {
          try await withCheckedThrowingContinuation { continuation in
            let worker = ConnectWorker(Array(own), on: loop, address, share, clock) { continuation.resume(with: $0) }
            loop.submit { _ in worker.next() }
          }
        }
      }
      var parts: [Sample] = []
      for try await part in group { parts.append(part) }
      return parts
    }
  }
}

/// One worker.
// @unchecked: it does one thing at a time, each begun by the end of the one before.
private final class ConnectWorker: @unchecked Sendable {
  private let kernels: [Kernel]
  private let loop: ClientLoop
  private let address: Address
  private let total: UInt64
  private let clock: RoundClock
  private let completion: (Result<Sample, any Error>) -> Void
  private var done: UInt64 = 0
  private var recorder = Recorder()

  init(
    _ kernels: [Kernel], on loop: ClientLoop, _ address: Address, _ share: Limit, _ clock: RoundClock,
    _ completion: @escaping (Result<Sample, any Error>) -> Void
  ) {
    self.kernels = kernels
    self.loop = loop
    self.address = address
    self.clock = clock
    self.completion = completion
    total = share.operations ?? .max
  }

  func next() {
    let began = RoundClock.now
    guard done < total, !clock.hasEnded(at: began) else {
      return completion(.success(Sample(operations: done, seconds: 0, recorder: recorder)))
    }
    let kernel = kernels[Int(done % UInt64(kernels.count))]
    guard kernel.channels.isEmpty else { return loop.submit { [self] _ in next() } }
    kernel.connect(to: address) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let channel): ping(kernel, channel, began)
      }
    }
  }

  private func ping(_ kernel: Kernel, _ channel: Channel, _ began: UInt64) {
    kernel.call(Specifier(kernel: channel.name, session: "IKC", state: "ping"), "") { [self] result in
      if case .failure(let error) = result { return completion(.failure(error)) }
      let now = RoundClock.now
      recorder.record(latency: now - began)
      recorder.progress(at: now - clock.began, operations: 1)
      done += 1
      channel.close()
      next()
    }
  }
}
