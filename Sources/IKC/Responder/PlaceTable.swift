/// The places that one sender has posted to, found by the specifier's text.
struct PlaceTable {
  /// The last message's specifier and place. The text is kept so that its words are nobody else's meanwhile.
  private var last: (text: String, place: Place)?
  private var lastWords: TextWords?
  private var places: [String: Place] = [:]
  /// The places that were looked up lately, by where their text is: most programs use the same specifiers again.
  private var recent: [Recent?] = []

  /// How many places are kept at most; they are built anew as needed.
  private static let capacity = 4_096
  private static let firstPurge = 64
  private static let recents = 256

  private struct Recent {
    let words: TextWords
    /// Kept so that its words are nobody else's meanwhile.
    let text: String
    let place: Place
  }

  private var purgeAt = firstPurge
  /// How many places were turned away since the table was full.
  private var turnedAway = 0

  /// The place for `text` while its channel is open.
  @inline(__always)
  mutating func find(_ text: String) -> Place? {
    if lastWords == TextWords(text), let place = last.unsafelyUnwrapped.place.whileOpen { return place }
    return search(text)
  }

  @inline(never)
  private mutating func search(_ text: String) -> Place? {
    let words = TextWords(text)
    if !recent.isEmpty, let found = recent[words.slot(of: Self.recents)], found.words == words,
      let place = found.place.whileOpen
    {
      last = (found.text, place)
      lastWords = words
      return place
    }
    guard let place = places[text] else { return nil }
    if place.isClosed {
      places[text] = nil
      forgetLast()
      return nil
    }
    note(place, for: text)
    return place
  }

  /// Keeps `place` for the next message to `text`.
  mutating func keep(_ place: Place, for text: String) {
    if places.count >= purgeAt { purge() }
    places[text] = place
    note(place, for: text)
  }

  private mutating func note(_ place: Place, for text: String) {
    let words = TextWords(text)
    last = (text, place)
    lastWords = words
    guard places.count > 1 else { return }
    if recent.isEmpty { recent = Array(repeating: nil, count: Self.recents) }
    recent[words.slot(of: Self.recents)] = Recent(words: words, text: text, place: place)
  }

  /// Whether a new place is worth building: not where the table is full, as with posts that go to very many kernels in turn.
  /// Now and then the table starts anew, since others may be posted to by then.
  mutating func hasRoom() -> Bool {
    guard places.count >= Self.capacity else { return true }
    turnedAway += 1
    guard turnedAway > 16 * Self.capacity else { return false }
    turnedAway = 0
    purge()
    return true
  }

  private mutating func forgetLast() {
    last = nil
    lastWords = nil
    recent = []
  }

  /// Drops the places whose channels have closed, and all where too many are left.
  private mutating func purge() {
    forgetLast()
    places = places.filter { !$0.value.isClosed }
    if places.count >= Self.capacity { places.removeAll() }
    purgeAt = max(Self.firstPurge, places.count * 2)
  }
}

/// The two words that a string consists of: they say where its bytes are, or hold them. Equal words are equal texts.
private struct TextWords: Equatable {
  private let first: UInt
  private let second: UInt

  @inline(__always)
  init(_ text: borrowing String) {
    (first, second) = unsafeBitCast(copy text, to: (UInt, UInt).self)
  }

  /// Which of `count` slots, a power of two, is theirs.
  @inline(__always)
  func slot(of count: Int) -> Int {
    // The second word is an address, or has the text's last bytes.
    let mixed = (first ^ second >> 4) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: mixed >> 32) & (count &- 1)
  }
}
