import IKC

/// What a load is put on: a server, and the connections to it.
struct Target: Sendable {
  var address: Address
  var clients: [Client]
}

/// A load that kernels put on a server.
protocol Driver: Sendable {
  /// Runs one round.
  func run(_ target: Target, _ limit: Limit) async throws -> Sample
}

extension Target {
  /// What each client does by itself, all of them at the same time, gives the sample of the round.
  func together(
    _ limit: Limit,
    _ body: @escaping @Sendable (_ client: Client, _ share: Limit, _ clock: RoundClock) async throws -> Sample
  ) async throws -> Sample {
    let clock = RoundClock(limit)
    return try await withThrowingTaskGroup(of: Sample.self) { group in
      for (index, client) in clients.enumerated() {
        let share = limit.share(index, of: clients.count)
        group.addTask { try await body(client, share, clock) }
      }
      var parts: [Sample] = []
      for try await part in group { parts.append(part) }
      return Sample.sum(parts, seconds: clock.seconds)
    }
  }
}
