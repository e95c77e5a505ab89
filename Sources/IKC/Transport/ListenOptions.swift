/// How to listen.
struct ListenOptions: Sendable {
  /// Connections that the system holds until they are accepted.
  var backlog = 1024
  /// Lets several loops listen on one TCP port; the system spreads connections over them.
  var reusePort = false
  /// Accepting pauses while this many accepted connections are open.
  var concurrency: Int?
  /// Accepting ends after so many connections in all.
  var connections: Int?
  /// Seconds of silence after which TCP probes whether the peer is still there; nil: never.
  var keepalive: Int? = nil
  /// What each accepted connection may take up.
  var limits = ConnectionLimits()
}
