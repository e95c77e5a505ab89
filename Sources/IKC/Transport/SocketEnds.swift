/// Where the two ends of a connection are, as far as they have addresses and these are known.
struct SocketEnds: Sendable {
  var own: Endpoint?
  var peer: Endpoint?
}
