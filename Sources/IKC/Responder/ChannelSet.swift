/// Channels, as many as there are.
struct ChannelSet: ~Copyable {
  private var channels = GrowingTable<Channel>()

  var count: Int { channels.count }
  var isEmpty: Bool { channels.isEmpty }

  /// All of them.
  var all: [Channel] { channels.all }

  mutating func insert(_ channel: Channel) {
    let hash = channel.tableHash
    if channels.first(hash: hash, where: { $0 === channel }) == nil { channels.insert(channel) }
  }

  /// False where it was not there.
  @discardableResult
  mutating func remove(_ channel: Channel) -> Bool {
    channels.remove(hash: channel.tableHash) { $0 === channel } != nil
  }

  /// About how many are met at once. What is freed for a channel makes glibc sort pieces of memory, a few microseconds
  /// for each where there are a million.
  private static let share = 64

  /// Some channels before `position`, which goes on to what is left; empty where none is. Channels that are removed between
  /// two calls keep none of the others from being met.
  func some(before position: inout Int?) -> [Channel] {
    var row = position ?? channels.rowCount
    var found: [Channel] = []
    while row > 0, found.count < Self.share {
      row -= 1
      found += channels.row(row)
    }
    position = row
    return found
  }
}

extension Channel: GrowingTableEntry {
  var tableHash: UInt32 { UInt32(tableHashOf: self) }
}
