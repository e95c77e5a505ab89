/// The calls that wait for their answer: a permit each, valid once and only for the kernel that was called.
///
/// A plain value: the caller brings the time and runs what comes out. Adding, answering, ending by time and
/// ending by channel take constant time a call, whatever else is pending.
struct CallTable: ~Copyable {
  typealias Completion = CallCompletion

  static let none = UInt32.max

  private var slots: CallSlots
  private var lists = CallTimeouts()
  private var free = CallTable.none
  private var timerDeadline: Int64?

  /// How many calls wait.
  private(set) var count = 0

  init() { slots = CallSlots() }

  /// Enters a call and returns its number, which is never zero and not used again soon.
  ///
  /// - Parameters:
  ///   - place: whom it goes to.
  ///   - timeout: in milliseconds.
  ///   - now: the time, in milliseconds of any clock that goes on steadily.
  ///   - asked: how many kernels are asked; 0 where it is one, and no other may answer.
  mutating func add(
    to place: Place, timeout: Int64, now: Int64, asked: Int = 0, completion: Completion
  ) -> UInt64 {
    let index = takeFree()
    let list = lists.index(of: timeout)
    let channel = place.unretainedChannel
    let last = (byTimeout: lists[list].pointee.last, byChannel: channel._withUnsafeGuaranteedRef { $0.calls.last })
    let slot = slots[index]
    slot.pointee.timeout = Int32(truncatingIfNeeded: list)
    slot.pointee.deadline = now &+ timeout
    slot.pointee.asked = Int32(clamping: asked)
    slot.pointee.channel = channel
    slot.pointee.place = place
    slot.pointee.completion = completion
    slot.pointee.byTimeout = CallLinks(previous: last.byTimeout)
    slot.pointee.byChannel = CallLinks(previous: last.byChannel)
    if last.byTimeout == Self.none {
      lists[list].pointee.first = index
    } else {
      slots[last.byTimeout].pointee.byTimeout.next = index
    }
    lists[list].pointee.last = index
    channel._withUnsafeGuaranteedRef { if last.byChannel == Self.none { $0.calls.first = index } }
    if last.byChannel != Self.none { slots[last.byChannel].pointee.byChannel.next = index }
    channel._withUnsafeGuaranteedRef { $0.calls.last = index }
    count &+= 1
    return UInt64(slot.pointee.generation) << 32 | UInt64(index)
  }

  /// Ends the call that `number` names, because `channel` answered it. Nil where no call waits for that: there is no
  /// such permit, or not for this kernel, or it is used up.
  @inline(__always)
  mutating func answer(_ number: UInt64, from channel: Channel) -> Completion? {
    guard let index = waiting(number), slots[index].pointee.isAsked(channel) else { return nil }
    return end(index, .answered).completion
  }

  /// Whether the call that `number` names waits for an answer of `channel`.
  func isWaiting(_ number: UInt64, for channel: Channel) -> Bool {
    waiting(number).map { slots[$0].pointee.isAsked(channel) } ?? false
  }

  /// Whether the call that `number` names has timed out or was cancelled: its answer is late and means nothing.
  func isLate(_ number: UInt64) -> Bool {
    let index = UInt32(truncatingIfNeeded: number)
    guard index < slots.count, slots[index].pointee.completion == nil else { return false }
    return slots[index].pointee.lastEnding == .forgotten
      && UInt64(slots[index].pointee.generation &- 1) == number >> 32
  }

  /// Forgets the call; a late answer will be ignored. Nil where it has ended already.
  mutating func forget(_ number: UInt64) -> Completion? {
    waiting(number).flatMap { end($0, .forgotten).completion }
  }

  /// Ends the oldest call on `channel` that `matches`, because the peer reported an error for it.
  mutating func fail(on channel: Channel, where matches: (Place) -> Bool) -> (Completion, Place)? {
    var index = channel.calls.first
    while index != Self.none {
      if let place = slots[index].pointee.place, matches(place) { return both(end(index, .answered)) }
      index = slots[index].pointee.byChannel.next
    }
    return nil
  }

  /// Ends the call that `number` names, because the peer reported an error for it; nil where others may still answer.
  mutating func fail(_ number: UInt64, on channel: Channel) -> (Completion, Place)? {
    guard let index = waiting(number), slots[index].pointee.isAsked(channel) else { return nil }
    slots[index].pointee.asked -= 1
    // Others that were asked may still answer.
    guard slots[index].pointee.asked <= 0 else { return nil }
    return both(end(index, .answered))
  }

  /// Ends one of the calls on `channel`, which has closed; nil when none is left.
  mutating func next(on channel: Channel) -> (Completion, Place)? {
    fail(on: channel) { _ in true }
  }

  /// Ends one of the calls whose time is up at `now`; nil when none is left.
  mutating func nextExpired(now: Int64) -> (Completion, Place, milliseconds: Int64)? {
    for list in 0..<lists.count {
      let first = lists[list].pointee.first
      guard first != Self.none, slots[first].pointee.deadline <= now else { continue }
      let milliseconds = lists[list].pointee.milliseconds
      guard let (completion, place) = both(end(first, .forgotten)) else { continue }
      return (completion, place, milliseconds)
    }
    return nil
  }

  /// Whether a timer has to be set so that a call's `deadline` is not missed; it counts as set from then on.
  @inline(__always)
  mutating func needsTimer(for deadline: Int64) -> Bool {
    if let timerDeadline, timerDeadline <= deadline { return false }
    timerDeadline = deadline
    return true
  }

  /// When the next call's time is up; a timer counts as set for it. Nil, and none set, when no call waits.
  mutating func nextTimer() -> Int64? {
    timerDeadline = nil
    for list in 0..<lists.count where lists[list].pointee.first != Self.none {
      let deadline = slots[lists[list].pointee.first].pointee.deadline
      timerDeadline = min(timerDeadline ?? deadline, deadline)
    }
    return timerDeadline
  }

  /// The slot of the call that `number` names, while it waits.
  @inline(__always)
  private func waiting(_ number: UInt64) -> UInt32? {
    let index = UInt32(truncatingIfNeeded: number)
    guard index < slots.count, UInt64(slots[index].pointee.generation) == number >> 32,
      slots[index].pointee.completion != nil
    else { return nil }
    return index
  }

  @inline(__always)
  private mutating func takeFree() -> UInt32 {
    guard free != Self.none else { return slots.append() }
    defer { free = slots[free].pointee.byTimeout.next }
    return free
  }

  private func both(_ ended: (completion: Completion?, place: Place?)) -> (Completion, Place)? {
    if let completion = ended.completion, let place = ended.place { (completion, place) } else { nil }
  }

  @inline(__always)
  private mutating func end(_ index: UInt32, _ ending: CallEnding) -> (completion: Completion?, place: Place?) {
    let slot = slots[index]
    unlinkByTimeout(slot.pointee.byTimeout, lists[Int(slot.pointee.timeout)])
    if let channel = slot.pointee.channel { unlinkByChannel(slot.pointee.byChannel, channel) }
    slot.pointee.channel = nil
    slot.pointee.lastEnding = ending
    slot.pointee.generation &+= 1
    slot.pointee.byTimeout.next = free
    free = index
    count &-= 1
    return (slot.pointee.completion.take(), slot.pointee.place.take())
  }

  @inline(__always)
  private func unlinkByTimeout(_ links: CallLinks, _ list: UnsafeMutablePointer<CallTimeouts.List>) {
    if links.previous == Self.none {
      list.pointee.first = links.next
    } else {
      slots[links.previous].pointee.byTimeout.next = links.next
    }
    if links.next == Self.none {
      list.pointee.last = links.previous
    } else {
      slots[links.next].pointee.byTimeout.previous = links.previous
    }
  }

  @inline(__always)
  private func unlinkByChannel(_ links: CallLinks, _ channel: Unmanaged<Channel>) {
    channel._withUnsafeGuaranteedRef { channel in
      if links.previous == Self.none { channel.calls.first = links.next }
      if links.next == Self.none { channel.calls.last = links.previous }
    }
    if links.previous != Self.none { slots[links.previous].pointee.byChannel.next = links.next }
    if links.next != Self.none { slots[links.next].pointee.byChannel.previous = links.previous }
  }
}
