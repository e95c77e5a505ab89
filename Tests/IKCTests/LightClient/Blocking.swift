import Foundation

/// Runs what blocks on a thread of its own: those of tasks are few. Cancelling the task leaves the thread alone, and
/// throws.
func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  let result = Collector<Result<R, any Error>>()
  Thread.detachNewThread { result.add(Result { try body() }) }
  return try await result.first(1)[0].get()
}
