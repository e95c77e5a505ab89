/// What all channels of a kernel share, so that each carries one reference.
final class ChannelSettings: Sendable {
  private let agreements: [Agreement]
  /// What a channel to this kernel itself needs no negotiation for.
  let local = Agreement(.ikc0, StorableSerializer())
  let negotiationTimeout: Duration
  let maximumFrameLength: Int
  let highWatermark: Int
  let maximumErrorsInRow: Int
  let maximumHandlersUnderWay: Int

  init(
    serializers: [any Serializer], negotiationTimeout: Duration, maximumFrameLength: Int, highWatermark: Int,
    maximumErrorsInRow: Int, maximumHandlersUnderWay: Int
  ) {
    agreements = [.ikc, .ikc0].flatMap { negotiation in
      serializers.map { Agreement(negotiation, $0) }
    }
    self.negotiationTimeout = negotiationTimeout
    self.maximumFrameLength = maximumFrameLength
    self.highWatermark = highWatermark
    self.maximumErrorsInRow = maximumErrorsInRow
    self.maximumHandlersUnderWay = maximumHandlersUnderWay
  }

  /// The agreement on that serializer; nil where the kernel has no such thing.
  func agreement(_ negotiation: NegotiationProtocol, package: String) -> Agreement? {
    agreements.first { $0.negotiation == negotiation && $0.package == package }
  }
}
