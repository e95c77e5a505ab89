import Dispatch
import Foundation
import Synchronization
import Testing

@testable import IKC

/// Nothing guards `value` but the queue that it is used on.
private final class Unguarded: @unchecked Sendable {  // used on the queue that is tested alone
  var value = 0
  var isInside = false
  var order: [Int] = []

  func use() {
    #expect(!isInside, "two at a time")
    isInside = true
    value += 1
    isInside = false
  }
}

private actor Counter {
  private let queue: SerialQueue
  private var count = 0

  init(on queue: SerialQueue) { self.queue = queue }

  nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  func increment() -> Int {
    queue.assertIsolated()
    #expect(queue.isCurrent)
    count += 1
    return count
  }

  func incrementWithPauses() async -> Int {
    for _ in 0..<10 {
      count += 1
      await Task.yield()
    }
    return count
  }

  nonisolated func incrementAssumingIsolation() { assumeIsolated { $0.count += 1 } }
}

extension SerialQueue {
  fileprivate func assertIsolated() { checkIsolated() }
}

@Suite(.timeLimit(.minutes(5)))
struct SerialQueueTests {
  enum Kind: CaseIterable, Sendable { case inline, dispatch }

  private func make(_ kind: Kind) throws -> (SerialQueue, EventLoop) {
    let loop = try EventLoop()
    let queue =
      switch kind {
      case .inline: SerialQueue(draining: .inline(home: loop))
      case .dispatch: SerialQueue(draining: .dispatch(DispatchQueue(label: "test")))
      }
    return (queue, loop)
  }

  @Test(arguments: Kind.allCases)
  func workRunsOneAtATimeInOrder(kind: Kind) async throws {
    let (queue, loop) = try make(kind)
    let counts = Unguarded()
    let done = Observed(0)
    await withTaskGroup { group in
      for thread in 0..<4 {
        group.addTask {
          for index in 0..<2500 {
            queue.submit {
              counts.use()
              if thread == 0 { counts.order.append(index) }
              if index == 2499 { done.update { $0 += 1 } }
            }
          }
        }
      }
    }
    try await done.until { $0 == 4 }
    let (value, order) = try await completed { completion in
      queue.submit { completion((counts.value, counts.order)) }
    }
    #expect(value == 10000)
    #expect(order == Array(0..<2500))
    try await loop.stop()
  }

  @Test func loopThreadsEnterOrSubmit() async throws {
    let loops = [try EventLoop(), try EventLoop(), try EventLoop()]
    let queue = SerialQueue(draining: .inline(home: loops[0]))
    let counts = Unguarded()
    let done = Observed(0)
    // Each loop's own work keeps its order, whether it entered or submitted.
    let next = Mutex([0, 0, 0])
    @Sendable func run(_ loop: Int, _ index: Int) {
      counts.use()
      next.withLock {
        #expect($0[loop] == index)
        $0[loop] += 1
      }
      if index == 1999 { done.update { $0 += 1 } }
    }
    for loop in 0..<3 {
      for index in 0..<2000 {
        loops[loop].execute {
          if queue.tryEnter() {
            #expect(queue.isCurrent)
            #expect(!queue.tryEnter())
            run(loop, index)
            queue.leave()
          } else {
            queue.submit { run(loop, index) }
          }
        }
      }
    }
    try await done.until { $0 == 3 }
    for loop in loops { try await loop.stop() }
  }

  @Test func aLongQueueLeavesRoomForTheLoop() async throws {
    let (queue, loop) = try make(.inline)
    let turns = Observed(0)
    let done = Observed(false)
    try await loop.perform {
      #expect(queue.tryEnter())
      for index in 0..<20000 {
        queue.submit { if index == 19999 { done.update { $0 = true } } }
      }
      queue.leave()
      // A share has run, the rest waits for later turns.
      #expect(!done.value)
      #expect(!queue.isCurrent)
      loop.execute { turns.update { $0 += 1 } }
    }
    try await done.until { $0 }
    #expect(turns.value == 1)
    try await loop.stop()
  }

  @Test func workThatWaitsRunsBeforeWhoEnters() async throws {
    let (queue, loop) = try make(.inline)
    let order = Observed<[String]>([])
    try await loop.perform {
      queue.submit { order.update { $0.append("submitted") } }
      #expect(queue.tryEnter())
      order.update { $0.append("entered") }
      queue.leave()
    }
    #expect(order.value == ["submitted", "entered"])
    try await loop.stop()
  }

  @Test(arguments: Kind.allCases)
  func actorsLiveOnIt(kind: Kind) async throws {
    let (queue, loop) = try make(kind)
    let counter = Counter(on: queue)
    await withTaskGroup { group in
      for _ in 0..<8 { group.addTask { for _ in 0..<250 { _ = await counter.increment() } } }
      for _ in 0..<8 { group.addTask { _ = await counter.incrementWithPauses() } }
    }
    try await completed { completion in
      queue.submit {
        counter.incrementAssumingIsolation()
        completion(())
      }
    }
    #expect(await counter.increment() == 8 * 250 + 8 * 10 + 2)
    try await loop.stop()
  }

  @Test func blocksOfTheApplicationsQueueAreOnIt() async throws {
    let dispatch = DispatchQueue(label: "application")
    let queue = SerialQueue(draining: .dispatch(dispatch))
    let counter = Counter(on: queue)
    try await completed { completion in
      dispatch.async {
        counter.incrementAssumingIsolation()
        completion(())
      }
    }
    #expect(await counter.increment() == 2)
  }

  @Test func workIsRunEvenAfterItsLoopHasStopped() async throws {
    let (queue, loop) = try make(.inline)
    try await loop.perform {}
    try await loop.stop()
    let counter = Counter(on: queue)
    #expect(await counter.increment() == 1)
  }
}
