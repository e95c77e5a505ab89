/// Rows of entries for a hash table, side by side in memory: looking for an entry touches one row and hardly anything else.
///
/// Rows come and go at the end, in segments that double in size, so that none ever moves. A row that is full goes on in
/// an extra one.
struct TableRows<Entry>: ~Copyable {
  private struct Header {
    var count: UInt32 = 0
    /// The number of the extra row in which this one goes on, and 1 more; 0: it does not.
    var next: UInt32 = 0
  }

  /// One row, or one of the extra rows.
  private typealias Row = UnsafeMutableRawPointer

  // Two lines of the processor's cache, which come together.
  private static var room: Int { 128 }
  private static var start: Int { max(MemoryLayout<Header>.stride, MemoryLayout<Entry>.alignment) }
  /// How many entries a row holds; those that don't fit go to an extra one.
  static var capacity: Int { max(2, (room - start) / MemoryLayout<Entry>.stride) }
  private static var stride: Int {
    max(room, (start + capacity * MemoryLayout<Entry>.stride + room - 1) / room * room)
  }

  private var rows = Segments(stride: stride)
  private var extras = Segments(stride: stride)
  /// The extra rows that are free, by their numbers and 1 more, each naming the next; 0: none.
  private var free: UInt32 = 0

  var count: Int { rows.count }

  deinit {
    for index in 0..<rows.count {
      var row: Row? = rows[index]
      while let each = row {
        Self.entries(each).deinitialize(count: Self.size(each))
        row = following(each)
      }
    }
  }

  // MARK: Entries

  @inline(__always)
  private static func header(_ row: Row) -> UnsafeMutablePointer<Header> { row.assumingMemoryBound(to: Header.self) }

  @inline(__always)
  private static func entries(_ row: Row) -> UnsafeMutablePointer<Entry> {
    (row + start).assumingMemoryBound(to: Entry.self)
  }

  @inline(__always)
  private static func size(_ row: Row) -> Int { Int(header(row).pointee.count) }

  @inline(__always)
  private func following(_ row: Row) -> Row? {
    let next = Self.header(row).pointee.next
    return next == 0 ? nil : extras[Int(next) - 1]
  }

  /// The place of the first entry of a row that `matches`; valid until the table changes.
  @inline(__always)
  func place(in index: Int, where matches: (borrowing Entry) -> Bool) -> UnsafeMutablePointer<Entry>? {
    var row = rows[index]
    while true {
      Fetching.memory(row)
      let entries = Self.entries(row)
      for at in 0..<Self.size(row) where matches(entries[at]) { return entries + at }
      guard let next = following(row) else { return nil }
      row = next
    }
  }

  /// The entries of a row.
  func entries(in index: Int) -> [Entry] {
    var all: [Entry] = []
    var row: Row? = rows[index]
    while let each = row {
      all.append(contentsOf: UnsafeBufferPointer(start: Self.entries(each), count: Self.size(each)))
      row = following(each)
    }
    return all
  }

  /// Adds an entry to a row.
  mutating func append(_ entry: Entry, to index: Int) {
    var row = rows[index]
    while Self.size(row) == Self.capacity {
      if let next = following(row) {
        row = next
        continue
      }
      let number = takeExtra()
      Self.header(row).pointee.next = number + 1
      row = extras[Int(number)]
    }
    (Self.entries(row) + Self.size(row)).initialize(to: entry)
    Self.header(row).pointee.count += 1
  }

  /// Takes an entry out of a row; the row's last one comes to its place.
  mutating func remove(_ place: UnsafeMutablePointer<Entry>, from index: Int) -> Entry {
    var before: Row?
    var row = rows[index]
    while let next = following(row) { (before, row) = (row, next) }
    let last = Self.entries(row) + Self.size(row) - 1
    let removed = place.move()
    if place != last { place.initialize(to: last.move()) }
    Self.header(row).pointee.count -= 1
    if Self.size(row) == 0, let before {
      giveBack(Self.header(before).pointee.next - 1)
      Self.header(before).pointee.next = 0
    }
    return removed
  }

  /// Takes all entries out of a row.
  mutating func removeAll(from index: Int) -> [Entry] {
    let all = entries(in: index)
    let first = rows[index]
    var extra = Self.header(first).pointee.next
    Self.entries(first).deinitialize(count: Self.size(first))
    Self.header(first).initialize(to: Header())
    while extra != 0 {
      let row = extras[Int(extra) - 1]
      let next = Self.header(row).pointee.next
      Self.entries(row).deinitialize(count: Self.size(row))
      giveBack(extra - 1)
      extra = next
    }
    return all
  }

  private mutating func takeExtra() -> UInt32 {
    guard free != 0 else {
      extras.append().initializeMemory(as: Header.self, to: Header())
      return UInt32(extras.count - 1)
    }
    let number = free - 1
    free = Self.header(extras[Int(number)]).pointee.next
    Self.header(extras[Int(number)]).initialize(to: Header())
    return number
  }

  /// Its entries have gone already.
  private mutating func giveBack(_ number: UInt32) {
    Self.header(extras[Int(number)]).initialize(to: Header(count: 0, next: free))
    free = number + 1
  }

  // MARK: Rows

  /// Adds an empty row.
  mutating func append() { rows.append().initializeMemory(as: Header.self, to: Header()) }

  /// Removes the last row, which must be empty.
  mutating func removeLast() { rows.removeLast() }

  /// Removes all rows, which must be empty, and gives all memory back.
  mutating func removeAll() {
    rows.removeAll()
    extras.removeAll()
    free = 0
  }
}
