/// What a channel needs only until frames begin.
final class Handshake {
  var machine: Negotiation
  /// Ends the negotiation when it takes too long.
  var timer: LoopTimer?
  /// Who waits for the channel, told once, on the loop's thread.
  var completion: ((Result<Channel, IKCError>) -> Void)?

  init(_ machine: Negotiation, completion: ((Result<Channel, IKCError>) -> Void)? = nil) {
    self.machine = machine
    self.completion = completion
  }
}
