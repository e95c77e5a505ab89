/// Waits until the task is cancelled.
package func waitForCancellation() async throws {
  let (stream, continuation) = AsyncStream<Never>.makeStream()
  for await _ in stream {}
  continuation.finish()
  try Task.checkCancellation()
}
