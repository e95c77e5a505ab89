/// The places that one sender has posted to, found by the specifier's text.
struct PlaceTable {
  /// The last message's specifier and place. The text is kept so that its words are nobody else's meanwhile.
  private var last: (text: String, place: Place)?
  private var lastWords: TextWords?
  private var places: [String: Place] = [:]

  /// How many places are kept at most; they are built anew as needed.
  private static let capacity = 4_096
  private static let firstPurge = 64
  private var purgeAt = firstPurge

  /// The place for `text` while its channel is open.
  @inline(__always)
  mutating func find(_ text: String) -> Place? {
    if lastWords == TextWords(text), let place = last.unsafelyUnwrapped.place.whileOpen { return place }
    return search(text)
  }

  @inline(never)
  private mutating func search(_ text: String) -> Place? {
    guard let place = places[text] else { return nil }
    if place.isClosed {
      places[text] = nil
      forgetLast()
      return nil
    }
    last = (text, place)
    lastWords = TextWords(text)
    return place
  }

  /// Keeps `place` for the next message to `text`.
  mutating func keep(_ place: Place, for text: String) {
    if places.count >= purgeAt { purge() }
    places[text] = place
    last = (text, place)
    lastWords = TextWords(text)
  }

  private mutating func forgetLast() {
    last = nil
    lastWords = nil
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
}
