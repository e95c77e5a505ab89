import Testing

/// Returns as soon as `condition` holds; for what no callback tells. Fails after a minute.
func eventually(
  _ condition: @Sendable () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let deadline = ContinuousClock.now + .seconds(60)
  while try !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record("the condition did not come to hold", sourceLocation: sourceLocation)
      return
    }
    await Task.yield()
  }
}
