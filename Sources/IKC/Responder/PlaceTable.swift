/// The places that one sender has posted to, found by the specifier's text.
struct PlaceTable {
  private var last: (text: String, place: Place)?
  private var places: [String: Place] = [:]

  /// How many places are kept at most; they are built anew as needed.
  private static let capacity = 4_096
  private static let firstPurge = 64
  private var purgeAt = firstPurge

  /// The place for `text` while its channel is open.
  @inline(__always)
  mutating func find(_ text: String) -> Place? {
    if let last, last.text == text, !last.place.channel.isClosed { return last.place }
    return search(text)
  }

  @inline(never)
  private mutating func search(_ text: String) -> Place? {
    guard let place = places[text] else { return nil }
    if place.channel.isClosed {
      places[text] = nil
      last = nil
      return nil
    }
    last = (text, place)
    return place
  }

  /// Keeps `place` for the next message to `text`.
  mutating func keep(_ place: Place, for text: String) {
    if places.count >= purgeAt { purge() }
    places[text] = place
    last = (text, place)
  }

  /// Drops the places whose channels have closed, and all where too many are left.
  private mutating func purge() {
    places = places.filter { !$0.value.channel.isClosed }
    if places.count >= Self.capacity { places.removeAll() }
    purgeAt = max(Self.firstPurge, places.count * 2)
  }
}
