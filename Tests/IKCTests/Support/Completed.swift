/// Calls `body` with a completion, and waits until that is called.
func completed<R: Sendable>(_ body: (@escaping @Sendable (R) -> Void) -> Void) async throws -> R {
  let results = Collector<R>()
  body { results.add($0) }
  return try await results.first(1)[0]
}
