import IKC
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct MonitorCancellationTests {
  @Test func `a monitor that cancels itself in its handler hears no more`() async throws {
    let server = Kernel(name: "Server")
    let heard = Collector<String>()
    let others = Collector<String>()
    let own = Mutex<Monitor?>(nil)
    let monitor = server.monitor { change in
      heard.add(change.kernel)
      own.withLock { $0 }?.cancel()
    }
    own.withLock { $0 = monitor }
    server.monitor { others.add($0.kernel) }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let client = Kernel(name: "Client")
    _ = try await client.connect(to: listener.address)
    await client.shutdown()
    #expect(try await others.first(12).first == client.id)
    #expect(heard.elements == [client.id])
    monitor.cancel()
    await server.shutdown()
  }

  @Test func `a handler that cancels another monitor silences it at once`() async throws {
    let server = Kernel(name: "Server")
    let heard = Collector<String>()
    let later = Mutex<Monitor?>(nil)
    server.monitor { change in
      heard.add("first")
      later.withLock { $0 }?.cancel()
    }
    later.withLock { $0 = server.monitor { _ in heard.add("second") } }
    server.monitor { change in if case .shutdown = change.kind { heard.add("third") } }
    await server.shutdown()
    #expect(heard.elements == ["first", "third"])
  }

  @Test func `a handler may make monitors, which hear of what comes next`() async throws {
    let server = Kernel(name: "Server")
    let heard = Collector<String>()
    server.monitor { [weak server] change in
      if case .register = change.kind, change.isReal {
        server?.monitor(change.kernel) { heard.add(Watch.text($0) == "unregister \(change.kernel) real" ? "gone" : "") }
      }
    }
    let listener = try await server.listen(on: .tcp("127.0.0.1", port: 0))
    let client = Kernel(name: "Client")
    _ = try await client.connect(to: listener.address)
    await client.shutdown()
    #expect(try await heard.first(2) == ["", "gone"])
    await server.shutdown()
  }

  @Test func `the cancellation of the reading task ends the sequence`() async throws {
    let server = Kernel(name: "Server")
    let reader = Task {
      var count = 0
      for await _ in server.monitor("*") { count += 1 }
      return count
    }
    reader.cancel()
    #expect(await reader.value == 0)
    await server.shutdown()
  }

  @Test func `a sequence that is let go is told of nothing more`() async throws {
    let server = Kernel(name: "Server")
    do { _ = server.monitor("*") }
    let changes = server.monitor("*")
    var iterator = changes.makeAsyncIterator()
    await server.shutdown()
    #expect(await iterator.next(isolation: nil)?.kind.name == "shutdown")
    #expect(await iterator.next(isolation: nil) == nil)
  }

  @Test func `a kernel that is let go ends its sequences`() async throws {
    let changes: Monitor.Changes
    do {
      let kernel = Kernel(name: "Brief")
      changes = kernel.monitor("*")
    }
    for await _ in changes { Issue.record("nothing happened") }
  }

  @Test func `handlers are let go with the kernel's end`() async throws {
    final class Token: Sendable {}
    weak var leaked: Token?
    let server = Kernel(name: "Server")
    do {
      let token = Token()
      leaked = token
      server.monitor { _ in _ = token }
      server.onError { _ in _ = token }
    }
    #expect(leaked != nil)
    await server.shutdown()
    try await eventually { [weak leaked] in leaked == nil }
  }
}
