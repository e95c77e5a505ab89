/// What stands in a `GrowingTable`.
protocol GrowingTableEntry {
  /// Says in which row it stands. The same for the same entry, well spread over all.
  var tableHash: UInt32 { get }
}

/// A hash table that never moves more than a few entries at a time, however many it holds, and gives memory back as it empties.
///
/// Linear hashing (Litwin, 1980): rows of some entries each; as entries come and go, one row after the other is split in two or
/// joined with its other half. An insertion costs the same with a million entries as with a thousand.
struct GrowingTable<Entry: GrowingTableEntry>: ~Copyable {
  /// Entries of a row, on average: where there are more, a row is split, where there are far fewer, two are joined. The
  /// fuller the rows, the less memory is touched, until too many go on in extra ones.
  private static var average: Int { max(1, TableRows<Entry>.capacity * 4 / 5) }

  private var rows = TableRows<Entry>()
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

  @inline(__always)
  private func place(
    hash: UInt32, where matches: (borrowing Entry) -> Bool
  ) -> (entry: UnsafeMutablePointer<Entry>, row: Int)? {
    guard count > 0 else { return nil }
    let row = row(of: hash)
    return rows.place(in: row) { $0.tableHash == hash && matches($0) }.map { ($0, row) }
  }

  /// The first entry with that hash that `matches`.
  @inline(__always)
  func first(hash: UInt32, where matches: (borrowing Entry) -> Bool) -> Entry? {
    place(hash: hash, where: matches)?.entry.pointee
  }

  /// Enters an entry, whether or not there are others with its hash.
  mutating func insert(_ entry: Entry) {
    if rows.count == 0 { rows.append() }
    rows.append(entry, to: row(of: entry.tableHash))
    count += 1
    if count > rows.count * Self.average { split() }
  }

  /// Takes out the first entry with that hash that `matches`.
  @discardableResult
  mutating func remove(hash: UInt32, where matches: (borrowing Entry) -> Bool) -> Entry? {
    guard let (place, row) = place(hash: hash, where: matches) else { return nil }
    let removed = rows.remove(place, from: row)
    count -= 1
    if count == 0 {
      rows.removeAll()
      mask = 0
    } else if count < rows.count * Self.average / 4 {
      join()
    }
    return removed
  }

  /// Changes the first entry with that hash that `matches`; false where there is none. Its hash stays.
  mutating func update(
    hash: UInt32, where matches: (borrowing Entry) -> Bool, _ change: (inout Entry) -> Void
  ) -> Bool {
    guard let place = place(hash: hash, where: matches) else { return false }
    change(&place.entry.pointee)
    return true
  }

  private mutating func split() {
    let wide = mask << 1 | 1
    let old = rows.count - Int(mask) - 1
    let new = rows.count
    rows.append()
    for entry in rows.removeAll(from: old) {
      rows.append(entry, to: Int(entry.tableHash & wide) == old ? old : new)
    }
    if rows.count == Int(wide) + 1 { mask = wide }
  }

  private mutating func join() {
    guard rows.count > 1 else { return }
    if rows.count == Int(mask) + 1 { mask >>= 1 }
    let last = rows.count - 1
    for entry in rows.removeAll(from: last) { rows.append(entry, to: last - Int(mask) - 1) }
    rows.removeLast()
  }

  // MARK: All of them

  /// All entries, in no order.
  var all: [Entry] {
    var all: [Entry] = []
    all.reserveCapacity(count)
    for row in 0..<rows.count { all += rows.entries(in: row) }
    return all
  }

  /// How many rows there are.
  var rowCount: Int { rows.count }

  /// The entries of a row; of none where the table has shrunk meanwhile.
  ///
  /// Whoever goes through the rows from the last to the first meets every entry that stays, also where others are
  /// removed between two calls: what is joined goes to a row that is still to come.
  func row(_ index: Int) -> [Entry] { index < rows.count ? rows.entries(in: index) : [] }
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
