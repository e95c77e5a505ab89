/// Channels that still negotiate: they have no name yet, but end with the kernel too.
struct ChannelSet {
  private var channels: [ObjectIdentifier: Channel] = [:]

  /// All of them.
  var all: [Channel] { Array(channels.values) }

  mutating func insert(_ channel: Channel) { channels[ObjectIdentifier(channel)] = channel }

  mutating func remove(_ channel: Channel) { channels[ObjectIdentifier(channel)] = nil }
}
