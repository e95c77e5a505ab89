import Foundation
import IKC

/// Posts in batches of the same size, each into an empty buffer while the loop stands still: what a post costs its poster then
/// depends neither on how threads take turns nor on how fast the server reads. For counts; it is no load.
struct FencedPostDriver: Driver {
  var state: String
  var payload: String
  /// The loop of the clients.
  var loop: ClientLoop

  /// Posts from one turn of the loop to the next: the fence between them allocates, and this many share that.
  private static let batch: UInt64 = 256

  func run(_ target: Target, _ limit: Limit) async throws -> Sample {
    guard let client = target.clients.first else { throw Failure("there is no connection to post over") }
    let count = limit.operations ?? 0
    let specifier = try client.specifier(state)
    try await onThread { [self] in
      let fence = Fence(client, loop)
      var left = count
      while left > 0 {
        let batch = min(left, Self.batch)
        try fence.whileLoopStands { for _ in 0..<batch { try client.kernel.post(specifier, payload) } }
        fence.waitUntilSent()
        left -= batch
      }
    }
    let counted = try await client.kernel.call(try client.specifier(BenchSession.counted), as: Int.self)
    guard UInt64(clamping: counted) == count else { throw Failure("\(counted) of \(count) posts arrived") }
    return Sample(operations: count, seconds: 0, recorder: nil)
  }
}

/// Made once: allocations are counted in the whole process.
private struct Fence {
  private let client: Client
  private let loop: ClientLoop
  private let ping: Specifier
  private let stands = DispatchSemaphore(value: 0)
  private let goesOn = DispatchSemaphore(value: 0)
  private let isAnswered = DispatchSemaphore(value: 0)
  private let stand: ClientLoop.Job
  private let answered: @Sendable (Result<Reply, IKCError>) -> Void

  init(_ client: Client, _ loop: ClientLoop) {
    self.client = client
    self.loop = loop
    ping = Specifier(kernel: client.channel.name, session: "IKC", state: "ping")
    stand = { [stands, goesOn] _ in
      stands.signal()
      goesOn.wait()
    }
    answered = { [isAnswered] _ in isAnswered.signal() }
  }

  func whileLoopStands(_ body: () throws -> Void) throws {
    loop.submit(stand)
    stands.wait()
    defer { goesOn.signal() }
    try body()
  }

  /// Behind an answer nothing is unsent.
  func waitUntilSent() {
    client.kernel.call(ping, "", completion: answered)
    isAnswered.wait()
  }
}
