import Dispatch
import TestSupport
import Testing

@testable import IKC

/// Tasks that prefer a kernel's executor.
@Suite(.timeLimit(.minutes(5))) struct TaskExecutorTests {
  private static func prepare(_ server: Kernel) throws {
    let session = server.session("test")
    session.on("echo") { (text: String) in text }
    session.on("never") { (_: Event) async throws in try await waitForCancellation() }
    try session.publish("echo", "never")
  }

  private static func isOnQueue(_ kernel: Kernel) -> Bool {
    kernel.responder.queue.isIsolatingCurrentContext() != false
  }

  @Test(arguments: TestTransport.allCases, [false, true])
  func tasksCallFromTheSerialQueue(_ transport: TestTransport, _ dispatches: Bool) async throws {
    var settings = Configuration()
    let queue = DispatchQueue(label: "application")
    if dispatches { settings.queue = .dispatch(queue) }
    let pair = try await KernelPair(transport, client: settings, prepare: Self.prepare)
    let client = pair.client
    let task = Task(executorPreference: client.taskExecutor) {
      var answers: [String] = []
      for number in 0..<100 {
        if dispatches { dispatchPrecondition(condition: .onQueue(queue)) }
        #expect(Self.isOnQueue(client))
        answers.append(try await client.call("poe://Server/test/echo", "\(number)", as: String.self))
        #expect(Self.isOnQueue(client))
      }
      return answers
    }
    #expect(try await task.value == (0..<100).map(String.init))
    await pair.shutdown()
  }

  @Test func manyTasksWaitAtTheSameTime() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let client = pair.client
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<200 {
        group.addTask(executorPreference: client.taskExecutor) {
          Int(try await client.call("poe://Server/test/echo", "\(number)", as: String.self)) ?? 0
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 200 * 199 / 2)
    await pair.shutdown()
  }

  @Test func cancellationEndsTheCall() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    let client = pair.client
    let task = Task(executorPreference: client.taskExecutor) {
      try await client.call("poe://Server/test/never", "", as: String.self)
    }
    task.cancel()
    let error = await #expect(throws: IKCError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    pair.channel.abort()
    await client.shutdown()
    await pair.server.shutdown(deadline: .milliseconds(50))
  }

  @Test func tasksGoOnAfterTheShutdown() async throws {
    let pair = try await KernelPair(prepare: Self.prepare)
    await pair.shutdown()
    let executor = pair.client.taskExecutor
    #expect(await Task(executorPreference: executor) { 42 }.value == 42)
  }
}
