/// Who waits for a congested channel to drain.
struct RoomWaiters: ~Copyable {
  typealias Completion = @Sendable () -> Void

  private var waiting = ObjectTable<[UInt64: Completion]>()
  private var next: UInt64 = 0

  /// Enters a waiter and returns its number.
  mutating func add(for channel: Channel, _ completion: @escaping Completion) -> UInt64 {
    next += 1
    let number = next
    waiting.change(channel, default: [:]) { $0[number] = completion }
    return number
  }

  /// Takes one waiter out; nil where it has been called already.
  mutating func remove(_ number: UInt64, for channel: Channel) -> Completion? {
    guard waiting[channel]?[number] != nil else { return nil }
    return waiting.change(channel, default: [:]) { $0.removeValue(forKey: number) }
  }

  /// Takes all waiters of a channel out.
  mutating func removeAll(for channel: Channel) -> [Completion] {
    guard !waiting.isEmpty, let found = waiting.removeValue(for: channel) else { return [] }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }
}
