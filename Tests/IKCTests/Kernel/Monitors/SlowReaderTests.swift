import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5))) struct SlowReaderTests {
  @Test func `a slow reader misses the oldest changes, is told how many, and holds up nobody`() async throws {
    var settings = Configuration()
    settings.maximumChangesWaiting = 5
    let server = Kernel(name: "Server", configuration: settings)
    let changes = server.monitor("*")
    let all = Collector<String>()
    server.monitor { all.add(Watch.text($0)) }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    for number in 0..<10 {
      let client = Kernel(name: "Client\(number)")
      _ = try await client.connect(to: listener.address)
      await client.shutdown()
    }
    // Four kinds of changes under three names each.
    let told = try await all.first(120)
    var iterator = changes.makeAsyncIterator()
    var read: [String] = []
    for index in 0..<5 {
      let change = try #require(await iterator.next(isolation: nil))
      #expect(change.dropped == (index == 0 ? 115 : 0))
      read.append(Watch.text(change))
    }
    #expect(read == Array(told.suffix(5)))
    await server.shutdown()
    let last = try #require(await iterator.next(isolation: nil))
    #expect(last.kind.name == "shutdown" && last.dropped == 0)
    #expect(await iterator.next(isolation: nil) == nil)
  }

  @Test func `a buffer of no size is refused`() async throws {
    var settings = Configuration()
    settings.maximumChangesWaiting = 0
    let kernel = Kernel(name: "Server", configuration: settings)
    let error = try await #require(throws: IKCError.self) { try await kernel.listen(on: .tcp("127.0.0.1", port: 0)) }
    #expect(error.code == .invalidArgument)
    #expect(error.message.contains("maximumChangesWaiting"))
    await kernel.shutdown()
  }

  private static func change(_ number: Int) -> Monitor.Change {
    Monitor.Change(kind: .register, kernel: "\(number)", isReal: false, monitored: "*", channel: nil)
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func `the ring keeps the newest in order and counts the others, however it is filled and read`(_ capacity: Int) {
    var random = SeededGenerator(seed: UInt64(capacity))
    var ring = ChangeRing(capacity: capacity)
    var expected: [Int] = []
    var dropped = 0
    var next = 0
    for _ in 0..<2_000 {
      for _ in 0..<Int.random(in: 0...capacity + 2, using: &random) {
        ring.append(Self.change(next))
        expected.append(next)
        next += 1
        if expected.count > capacity {
          expected.removeFirst()
          dropped += 1
        }
      }
      for _ in 0..<Int.random(in: 0...capacity + 2, using: &random) {
        let change = ring.popFirst()
        #expect(change?.kernel == expected.first.map { "\($0)" })
        guard let change else { break }
        #expect(change.dropped == dropped)
        dropped = 0
        expected.removeFirst()
      }
    }
  }
}
