/// Waits until the task is cancelled.
package func waitForCancellation() async throws { try await Latch().opened() }
