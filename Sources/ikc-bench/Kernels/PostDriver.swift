import IKC

/// Posts as many as the channels take; the server's count is what counts.
struct PostDriver: Driver {
  var state: String
  var payload: String

  /// Posts between two looks at the clock.
  private static let stride: UInt64 = 64

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    guard let first = target.clients.first else { throw Failure("there is no connection to post over") }
    var sample = try await target.together(limit, post)
    let began = RoundClock.now
    // All posts have arrived: each client's last one was followed by a call.
    let counted = try await first.kernel.call(try first.specifier(BenchSession.counted), as: Int.self)
    sample.seconds += Double(RoundClock.now - began) / 1e9
    guard UInt64(clamping: counted) == sample.operations else {
      let error = target.clients.compactMap(\.firstError.description).first.map { ": \($0)" } ?? ""
      throw Failure("\(counted) of \(sample.operations) posts arrived\(error)")
    }
    return sample
  }

  private func post(_ client: Client, _ share: Limit, _ clock: RoundClock) async throws -> Sample {
    let specifier = try client.specifier(state)
    let total = share.operations ?? .max
    let stride = payload.utf8.count > 16 << 10 ? 1 : Self.stride
    var recorder = Recorder()
    var sent: UInt64 = 0
    while sent < total {
      let now = RoundClock.now
      if clock.hasEnded(at: now) { break }
      let batch = min(stride, total - sent)
      var left = batch
      while left > 0 {
        left -= try postUntilCongested(client.kernel, specifier, left)
        if left == 0 { break }
        try await client.kernel.post(specifier, payload, waitingUpTo: .seconds(60))
        left -= 1
      }
      sent += batch
      recorder.progress(at: now - clock.began, operations: batch)
    }
    // The ping behind the posts: where there is no room for it yet, a post waits for that.
    let ping = Specifier(kernel: client.channel.name, session: "IKC", state: "ping")
    try await client.kernel.post(ping, "", waitingUpTo: .seconds(60))
    _ = try await client.kernel.call(ping, as: String.self)
    return Sample(operations: sent, seconds: 0, recorder: recorder)
  }

  /// How many of the posts the channel has taken.
  private func postUntilCongested(
    _ kernel: Kernel, _ specifier: Specifier, _ count: UInt64
  ) throws(IKCError) -> UInt64 {
    for posted in 0..<count {
      do throws(IKCError) {
        try kernel.post(specifier, payload)
      } catch  where error.code == .congested {
        return posted
      }
    }
    return count
  }
}
