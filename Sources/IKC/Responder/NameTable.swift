/// Channels by the names of their kernels. The names themselves stay where they are, in the channels.
struct NameTable: ~Copyable {
  struct Entry: GrowingTableEntry {
    let channel: Unmanaged<Channel>
    let tableHash: UInt32
    /// Which of the channel's names it is.
    let index: UInt32
    // Where what a post touches is, so that all of it is on its way at once.
    private let text: Distance
    private let stream: Distance

    init(_ channel: Channel, tableHash: UInt32, index: Int) {
      self.channel = .passUnretained(channel)
      self.tableHash = tableHash
      self.index = UInt32(index)
      text = Distance(from: channel, to: channel.name(at: index))
      stream = channel.streamDistance
    }

    @inline(__always)
    func isFor(_ name: String) -> Bool {
      // Most likely it is the one, and will be written to.
      Fetching.object(channel)
      Fetching.memory(at: text, from: channel)
      Fetching.memory(at: stream, from: channel)
      return channel._withUnsafeGuaranteedRef { channel in
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
    table.insert(Entry(channel, tableHash: hash, index: index))
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
