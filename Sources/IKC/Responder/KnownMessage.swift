/// Messages of one shape, and what becomes of them.
final class KnownMessage {
  /// What becomes of a message.
  enum Use {
    /// It goes to the handler of a published state, as of that generation of the publications.
    case event(PublishedState, generation: UInt64)
    /// It answers a call.
    case answer
  }

  let shape: MessageShape
  /// Tells it from all others of this kernel, for ever.
  let number: UInt64
  /// The generation in which it holds; 0 for answers, which publications do not concern.
  let generation: UInt64
  /// Whom events go to; kept alive by `use`.
  let destination: Unmanaged<PublishedState>?
  /// Answers: how far the call's number stands from the message's end.
  let numberFromEnd: Int
  private let use: Use
  /// The slot of the message that came after this one the last time.
  @exclusivity(unchecked) var next: Int

  init(_ shape: MessageShape, _ use: Use, slot: Int, number: UInt64) {
    self.shape = shape
    self.number = number
    self.use = use
    next = slot
    numberFromEnd = shape.numberFromEnd ?? 0
    switch use {
    case .event(let state, let generation):
      self.generation = generation
      destination = .passUnretained(state)
    case .answer:
      generation = 0
      destination = nil
    }
  }

  deinit { shape.destroy() }
}

/// The messages whose shape is known: those that came at least twice lately.
///
/// Direct mapped and of fixed size, so that what peers send can't make it grow. Serial queue.
struct KnownMessages: ~Copyable {
  private static let size = 256

  private let slots: UnsafeMutablePointer<KnownMessage?>
  /// What came last to each slot, by its hash: a message is kept when it comes again.
  private let candidates: UnsafeMutablePointer<UInt32>
  private var last = 0
  /// How many shapes have been kept so far.
  private var count: UInt64 = 0

  init() {
    slots = .allocate(capacity: Self.size)
    slots.initialize(repeating: nil, count: Self.size)
    candidates = .allocate(capacity: Self.size)
    candidates.initialize(repeating: 0, count: Self.size)
  }

  deinit {
    slots.deinitialize(count: Self.size)
    slots.deallocate()
    candidates.deallocate()
  }

  /// What `body` is, where it has the shape of the message that followed the last one before, or of the last one itself.
  @inline(__always)
  mutating func find(_ body: UnsafeRawBufferPointer) -> (known: Unmanaged<KnownMessage>, match: MessageShape.Match)? {
    guard let previous = known(last) else { return nil }
    let next = previous._withUnsafeGuaranteedRef { $0.next }
    if let expected = known(next), let match = expected._withUnsafeGuaranteedRef({ $0.shape.match(body) }) {
      last = next
      return (expected, match)
    }
    guard next != last, let match = previous._withUnsafeGuaranteedRef({ $0.shape.match(body) }) else { return nil }
    previous._withUnsafeGuaranteedRef { $0.next = last }
    return (previous, match)
  }

  /// The message in a slot; it stays alive until another is kept there.
  @inline(__always)
  private func known(_ slot: Int) -> Unmanaged<KnownMessage>? {
    UnsafeRawPointer(slots + slot).load(as: Unmanaged<KnownMessage>?.self)
  }

  /// Notes a message that had to be scanned, and keeps its shape if it came before.
  @inline(never)
  mutating func note(_ body: UnsafeRawBufferPointer, _ envelope: Envelope, _ use: KnownMessage.Use) {
    var hasNumber = false
    if case .answer = use { hasNumber = true }
    let hash = Self.hash(envelope, in: body, isAnswer: hasNumber)
    let slot = Int(hash >> 32) & (Self.size - 1)
    let mark = UInt32(truncatingIfNeeded: hash) | 1
    if let previous = known(last) { previous._withUnsafeGuaranteedRef { $0.next = slot } }
    let isKept = candidates[slot] == mark
    candidates[slot] = mark
    guard isKept else { return }
    if let kept = slots[slot], kept.isCurrent(use), kept.shape.match(body) != nil {
      last = slot
      return
    }
    guard let shape = MessageShape(of: body, envelope, hasNumber: hasNumber) else { return }
    if hasNumber, shape.numberFromEnd == nil { return shape.destroy() }
    count += 1
    slots[slot] = KnownMessage(shape, use, slot: slot, number: count)
    last = slot
  }

  /// A hash of whom the message is for and who wants the answer, but for the number in it.
  private static func hash(_ envelope: Envelope, in body: UnsafeRawBufferPointer, isAnswer: Bool) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func combine(_ field: Envelope.Field, isNumbered: Bool) {
      guard field.isPresent else { return }
      let bytes = field.bytes(in: body)
      for byte in bytes.dropLast(isNumbered ? CallNumber.width : 0).prefix(256) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
      hash ^= UInt64(bytes.count)
    }
    combine(envelope.event, isNumbered: isAnswer)
    combine(envelope.rsvp, isNumbered: true)
    return hash ^ hash >> 29
  }
}

extension KnownMessage {
  /// Whether `use` is still what becomes of such messages.
  fileprivate func isCurrent(_ use: Use) -> Bool {
    switch use {
    case .event(_, let generation): self.generation == generation
    case .answer: destination == nil
    }
  }
}
