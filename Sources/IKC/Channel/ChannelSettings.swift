/// What all channels of a kernel share, so that each carries one reference.
final class ChannelSettings: Sendable {
  let serializers: [any Serializer]
  let negotiationTimeout: Duration
  let maximumFrameLength: Int
  let highWatermark: Int
  let maximumErrorsInRow: Int
  let maximumHandlersUnderWay: Int

  init(
    serializers: [any Serializer], negotiationTimeout: Duration, maximumFrameLength: Int, highWatermark: Int,
    maximumErrorsInRow: Int, maximumHandlersUnderWay: Int
  ) {
    self.serializers = serializers
    self.negotiationTimeout = negotiationTimeout
    self.maximumFrameLength = maximumFrameLength
    self.highWatermark = highWatermark
    self.maximumErrorsInRow = maximumErrorsInRow
    self.maximumHandlersUnderWay = maximumHandlersUnderWay
  }
}
