/// Lets one task wait until another thread opens it. A test that reaches its time limit ends the wait.
package struct Latch: Sendable {
  private let stream: AsyncStream<Never>
  private let end: AsyncStream<Never>.Continuation

  package init() { (stream, end) = AsyncStream.makeStream() }

  /// Ends the wait, also one that begins later. Any thread.
  package func open() { end.finish() }

  /// Returns once it is open; throws where the task is cancelled first.
  package func opened() async throws(CancellationError) {
    for await _ in stream {}
    if Task.isCancelled { throw CancellationError() }
  }
}
