/// Cuts a stream into lines as a channel does: CR LF, LF CR, CR or LF end a line, and one that is the last byte received
/// ends it at once; if its partner comes later, it is swallowed.
struct LineSplitter {
  private(set) var rest: [UInt8] = []
  private var partner: UInt8?

  mutating func append(_ packet: some Sequence<UInt8>) {
    rest += packet
    swallow()
  }

  mutating func next() -> [UInt8]? {
    guard let index = rest.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) else { return nil }
    let line = Array(rest[..<index])
    partner = rest[index] ^ 0x07
    rest.removeFirst(index + 1)
    swallow()
    return line
  }

  private mutating func swallow() {
    guard let byte = partner, let first = rest.first else { return }
    if first == byte { rest.removeFirst() }
    partner = nil
  }
}
