/// One contender in one mode: its server and connections, over which rounds are run.
protocol Trial {
  var contender: Contender { get }

  /// Starts the server, opens the connections.
  func prepare() async throws
  func round(_ limit: Limit) async throws -> Sample
  /// Ends what `prepare` began, also after an error.
  func finish() async
}
