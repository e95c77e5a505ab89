/// What stands in a `GrowingTable`.
protocol GrowingTableEntry {
  /// Says in which row it stands. The same for the same entry, well spread over all.
  var tableHash: UInt32 { get }
}

/// A hash table that never moves more than a few entries at a time, however many it holds, and gives memory back as it empties.
///
/// Linear hashing (Litwin, 1980): rows of some entries each; as entries come and go, one row after the other is split in two or
/// joined with its other half. An insertion costs the same with a million entries as with a thousand.
struct GrowingTable<Entry: GrowingTableEntry> {
  /// Entries of a row, on average: where there are more, a row is split, where there are far fewer, two are joined.
  private static var rowSize: Int { 12 }

  private var rows: [[Entry]] = [[]]
  /// The power of two that the number of rows has reached or passed, less one.
  private var mask: UInt32 = 0

  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  private func row(of hash: UInt32) -> Int {
    // Rows beyond the last power of two have been split off; those that have none such yet hold both halves.
    let wide = Int(hash & (mask << 1 | 1))
    return wide < rows.count ? wide : Int(hash & mask)
  }

  /// The first entry with that hash that `matches`.
  @inline(__always)
  func first(hash: UInt32, where matches: (Entry) -> Bool) -> Entry? {
    for entry in rows[row(of: hash)] where entry.tableHash == hash && matches(entry) { return entry }
    return nil
  }

  /// Enters an entry, whether or not there are others with its hash.
  mutating func insert(_ entry: Entry) {
    rows[row(of: entry.tableHash)].append(entry)
    count += 1
    if count > rows.count * Self.rowSize { split() }
  }

  /// Takes out the first entry with that hash that `matches`.
  @discardableResult
  mutating func remove(hash: UInt32, where matches: (Entry) -> Bool) -> Entry? {
    let row = row(of: hash)
    guard let index = rows[row].firstIndex(where: { $0.tableHash == hash && matches($0) }) else { return nil }
    rows[row].swapAt(index, rows[row].count - 1)
    let removed = rows[row].removeLast()
    count -= 1
    if rows.count > 1, count < rows.count * Self.rowSize / 4 { join() }
    return removed
  }

  /// Changes the first entry with that hash that `matches`; false where there is none.
  mutating func update(hash: UInt32, where matches: (Entry) -> Bool, _ change: (inout Entry) -> Void) -> Bool {
    let row = row(of: hash)
    guard let index = rows[row].firstIndex(where: { $0.tableHash == hash && matches($0) }) else { return false }
    change(&rows[row][index])
    return true
  }

  private mutating func split() {
    let wide = mask << 1 | 1
    let old = rows.count - Int(mask) - 1
    let entries = rows[old]
    rows[old] = entries.filter { Int($0.tableHash & wide) == old }
    rows.append(entries.filter { Int($0.tableHash & wide) != old })
    if rows.count == Int(wide) + 1 { mask = wide }
  }

  private mutating func join() {
    if rows.count == Int(mask) + 1 { mask >>= 1 }
    let entries = rows.removeLast()
    rows[rows.count - Int(mask) - 1] += entries
  }

  // MARK: All of them

  /// All entries, in no order.
  var all: [Entry] {
    var all: [Entry] = []
    all.reserveCapacity(count)
    for row in rows { all += row }
    return all
  }

  /// How many rows there are.
  var rowCount: Int { rows.count }

  /// The entries of a row; of none where the table has shrunk meanwhile.
  ///
  /// Whoever goes through the rows from the last to the first meets every entry that stays, also where others are
  /// removed between two calls: what is joined goes to a row that is still to come.
  func row(_ index: Int) -> [Entry] { index < rows.count ? rows[index] : [] }
}

extension UInt32 {
  /// The hash of an object in tables, by its address.
  @inline(__always)
  init(tableHashOf object: AnyObject) {
    let address = UInt64(UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque()))
    // Fibonacci hashing: the upper half is well mixed.
    self.init(truncatingIfNeeded: (address >> 4) &* 0x9e37_79b9_7f4a_7c15 >> 32)
  }
}
