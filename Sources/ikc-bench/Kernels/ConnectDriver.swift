import IKC

/// Workers that connect, negotiate, ping once and close, over and over.
struct ConnectDriver: Driver {
  var workers: Int
  var settings: Settings

  /// A worker connects with one kernel after the other, so that a connection
  /// need not have closed at both ends before the next one begins: a kernel
  /// that is still connected would be refused its name.
  private static let kernelsOfAWorker = 4

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    let kernels = try (0..<workers).map { _ in
      try (0..<Self.kernelsOfAWorker).map { _ in Kernel(configuration: try settings.configuration()) }
    }
    let clock = RoundClock(limit)
    let parts = try await withThrowingTaskGroup(of: Sample.self) { group in
      for (index, own) in kernels.enumerated() {
        let share = limit.share(index, of: workers)
        group.addTask { try await connect(own, to: target.address, share, clock) }
      }
      var parts: [Sample] = []
      for try await part in group { parts.append(part) }
      return parts
    }
    let sample = Sample.sum(parts, seconds: clock.seconds)
    for kernel in kernels.joined() { await kernel.shutdown() }
    return sample
  }

  private func connect(
    _ kernels: [Kernel], to address: Address, _ share: Limit, _ clock: RoundClock
  ) async throws -> Sample {
    let total = share.operations ?? .max
    var recorder = Recorder()
    var done: UInt64 = 0
    while done < total {
      let began = RoundClock.now
      if clock.hasEnded(at: began) { break }
      let kernel = kernels[Int(done % UInt64(kernels.count))]
      while !kernel.channels.isEmpty { try await Task.sleep(for: .microseconds(50)) }
      let channel = try await kernel.connect(to: address)
      _ = try await kernel.ping(channel.name)
      let now = RoundClock.now
      recorder.record(latency: now - began)
      recorder.progress(at: now - clock.began, operations: 1)
      channel.close()
      done += 1
    }
    return Sample(operations: done, seconds: 0, recorder: recorder)
  }
}
