/// What the numbered items of an image turned out to be, for those that refer back to them.
struct StorableMemory {
  enum Item {
    /// Not finished: what refers to it makes a cycle.
    case open
    /// Something that a variable holds.
    case value(Value)
    /// An array, hash or object, as a reference to it.
    case referent(Value)
  }

  private let firstTag: Int
  private var items: [Item] = []

  init(firstTag: Int) { self.firstTag = firstTag }

  /// Gives the next number to an item that begins.
  mutating func open() { items.append(.open) }

  /// Says what the item of that number is.
  mutating func close(_ number: Int, _ item: Item) { items[number - firstTag] = item }

  func recall(_ number: Int) -> Item { items[number - firstTag] }
}
