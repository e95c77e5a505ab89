/// Events that a peer has posted and nobody has asked for yet: the frames, so that their memory is known.
struct LightInbox {
  private static let maximumCount = 1_024

  private struct Entry {
    let state: String
    let frame: [UInt8]
    let serializer: any Serializer
  }

  private let maximumSize: Int
  private var entries: [Entry] = []
  private var size = 0

  /// How many were dropped, the oldest first, to make room for others.
  private(set) var dropped = 0

  /// An inbox for that many bytes.
  init(maximumSize: Int) { self.maximumSize = maximumSize }

  /// Keeps an event.
  mutating func add(state: String, frame: UnsafeRawBufferPointer, in serializer: any Serializer) {
    while !entries.isEmpty, size + frame.count > maximumSize || entries.count >= Self.maximumCount {
      size -= entries.removeFirst().frame.count
      dropped += 1
    }
    entries.append(Entry(state: state, frame: Array(frame), serializer: serializer))
    size += frame.count
  }

  /// Takes out the oldest event of that state.
  mutating func take(state: String) throws(IKCError) -> Message? {
    guard let index = entries.firstIndex(where: { $0.state == state }) else { return nil }
    let entry = entries.remove(at: index)
    size -= entry.frame.count
    let value = entry.frame.withUnsafeBytes { frame in
      Result { () throws(IKCError) in try entry.serializer.decode(frame) }
    }
    return Message(try value.get())
  }

  /// Forgets all events.
  mutating func removeAll() {
    entries = []
    size = 0
  }
}
