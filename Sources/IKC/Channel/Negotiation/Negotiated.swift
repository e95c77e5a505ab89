/// What two kernels have agreed on.
struct Negotiated: Sendable, Equatable {
  /// The peer's id, then its further names in the order of its own list, each once; last the address at which it was
  /// reached, if it did not name that itself. Names that no specifier can hold are left out.
  var names: [String]
  /// The peer's process id as it wrote it, decimal digits. The classic dialogue tells none.
  var pid: String?
  /// The package whose format the frames have.
  var serializer: String
  /// The dialogue that led here.
  var negotiation: NegotiationProtocol
}

/// What a line led to.
enum NegotiationOutcome: Sendable, Equatable {
  /// More lines are to come.
  case more
  /// Frames follow in both directions, behind what was written as a reply.
  case established(Negotiated)
  /// The two will not come to terms: the connection is to be closed.
  case failed(IKCError)
}

/// What one negotiation may cost.
enum NegotiationLimit {
  /// The most lines that are read. With every answer sent on its own, 256 names take about 260.
  static let lines = 1024
  /// The most names that a peer may have, and the most packages that it may propose in one line.
  static let names = 256
}
