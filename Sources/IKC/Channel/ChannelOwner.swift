/// What a channel tells the one who made it. Everything comes on the thread of the channel's loop.
protocol ChannelOwner: AnyObject {
  /// The negotiation came to an end; frames may follow at once.
  func channelEstablished(_ channel: Channel)
  /// Complete frames have arrived; the batch is valid during the call only.
  func channel(_ channel: Channel, received batch: borrowing FrameBatch)
  /// The peer will send no more, but may still read.
  func channelReceivedEnd(_ channel: Channel)
  /// Unsent bytes fell to the low watermark after they had been above the high one.
  func channelDrained(_ channel: Channel)
  /// The channel is gone. Exactly once, and last; `error` says why, nil is an orderly end.
  func channelClosed(_ channel: Channel, error: IKCError?)
}
