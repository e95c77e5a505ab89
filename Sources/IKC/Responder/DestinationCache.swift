/// Handlers by the bytes of the event that named them: the same event again costs one comparison.
///
/// Direct mapped and of fixed size, so that what peers send can't make it grow. Serial queue.
struct DestinationCache {
  private struct Slot {
    var event: [UInt8] = []
    var generation: UInt64 = 0
    var destination: PublishedState?
  }

  private static let size = 64
  /// Longer events are looked up anew each time.
  private static let longestEvent = 256

  private var slots = [Slot](repeating: Slot(), count: size)
  private var last = 0

  /// The handler for `event`, if it was kept in this generation of the publications.
  @inline(__always)
  mutating func find(_ event: UnsafeRawBufferPointer, generation: UInt64) -> PublishedState? {
    // One access to the array for the usual case, which is the same event as before.
    let found = slots.withUnsafeBufferPointer { slots in
      Self.holds(slots[last], event, generation) ? slots[last].destination : nil
    }
    return found ?? search(event, generation: generation)
  }

  @inline(never)
  private mutating func search(_ event: UnsafeRawBufferPointer, generation: UInt64) -> PublishedState? {
    let index = Self.index(of: event)
    guard Self.holds(slots[index], event, generation) else { return nil }
    last = index
    return slots[index].destination
  }

  /// Keeps a handler for the next event of the same bytes.
  mutating func keep(_ destination: PublishedState, event: UnsafeRawBufferPointer, generation: UInt64) {
    guard event.count <= Self.longestEvent else { return }
    let index = Self.index(of: event)
    slots[index] = Slot(event: Array(event), generation: generation, destination: destination)
    last = index
  }

  @inline(__always)
  private static func holds(_ slot: borrowing Slot, _ event: UnsafeRawBufferPointer, _ generation: UInt64) -> Bool {
    guard slot.generation == generation, slot.event.count == event.count else { return false }
    return slot.event.withUnsafeBytes { $0.isSame(as: event) }
  }

  private static func index(of event: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in event { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int((hash ^ hash >> 29) & UInt64(size - 1))
  }
}
