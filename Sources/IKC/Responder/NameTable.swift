/// Channels by the names of their kernels. The names themselves stay where they are, in the channels.
struct NameTable {
  private struct Entry: GrowingTableEntry {
    let channel: Unmanaged<Channel>
    let tableHash: UInt32
    /// Which of the channel's names it is.
    let index: UInt32

    func isFor(_ name: String) -> Bool {
      channel._withUnsafeGuaranteedRef { channel in
        // Most likely it is the one: its connection is on its way while the texts are compared.
        channel.expectWrite()
        return channel.name(at: Int(index)) == name
      }
    }
  }

  private var table = GrowingTable<Entry>()

  /// The channel that holds the name.
  func channel(named name: String) -> Channel? {
    table.first(hash: Self.hash(name)) { $0.isFor(name) }?.channel.takeUnretainedValue()
  }

  /// Enters a channel, which somebody else keeps, under one of its names, unless that is taken: gives its holder then.
  mutating func insert(_ channel: Channel, nameAt index: Int) -> Channel? {
    let name = channel.name(at: index)
    let hash = Self.hash(name)
    if let holder = table.first(hash: hash, where: { $0.isFor(name) }) { return holder.channel.takeUnretainedValue() }
    table.insert(Entry(channel: .passUnretained(channel), tableHash: hash, index: UInt32(index)))
    return nil
  }

  /// Takes the name from the channel; false where it does not hold it.
  mutating func remove(_ name: String, of channel: Channel) -> Bool {
    let own = Unmanaged.passUnretained(channel).toOpaque()
    return table.remove(hash: Self.hash(name)) { $0.channel.toOpaque() == own && $0.isFor(name) } != nil
  }

  // Peers choose their names, so the hash is one that they can't foresee.
  private static func hash(_ name: String) -> UInt32 { UInt32(truncatingIfNeeded: name.hashValue) }
}
