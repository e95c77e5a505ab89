/// The calls that wait for their answer: a permit each, valid once and only for the kernel that was called.
///
/// A plain value: the caller brings the time and runs what comes out. Adding, answering, ending by time and
/// ending by channel take constant time a call, whatever else is pending.
struct CallTable {
  typealias Completion = @Sendable (Result<Reply, IKCError>) -> Void

  private static let none = UInt32.max

  /// Where a call stands in a list of others.
  private struct Links {
    var previous = CallTable.none
    var next = CallTable.none
  }

  private enum Ending: UInt8 { case answered, forgotten }

  private struct Slot {
    var generation: UInt32 = 1
    var lastEnding = Ending.answered
    /// How many kernels were asked; 0 where it is one, and no other may answer.
    var asked: Int32 = 0
    var timeout: Int32 = 0
    var deadline: Int64 = 0
    var byTimeout = Links()
    var byChannel = Links()
    /// The place's.
    var channel: Unmanaged<Channel>?
    var place: Place?
    var completion: Completion?

    /// Whether that channel's kernel may answer.
    @inline(__always)
    func isAsked(_ channel: Channel) -> Bool {
      self.channel?.toOpaque() == Unmanaged.passUnretained(channel).toOpaque() || asked > 0
    }
  }

  /// Calls with the same time-out, in order of their deadlines.
  private struct TimeoutList {
    let milliseconds: Int64
    var first = CallTable.none
    var last = CallTable.none
  }

  private var slots: [Slot] = []
  private var free: [UInt32] = []
  private var lists: [TimeoutList] = []
  private var timerDeadline: Int64?

  /// How many calls wait.
  private(set) var count = 0

  /// Enters a call and returns its number, which is never zero and not used again soon.
  ///
  /// - Parameters:
  ///   - place: whom it goes to.
  ///   - timeout: in milliseconds.
  ///   - now: the time, in milliseconds of any clock that goes on steadily.
  mutating func add(
    to place: Place, timeout: Int64, now: Int64, asked: Int = 0, completion: @escaping Completion
  ) -> UInt64 {
    let index = takeFree()
    let list = timeoutList(timeout)
    let generation = slots.withUnsafeMutableBufferPointer { slots in
      let slot = slots.baseAddress.unsafelyUnwrapped + Int(index)
      slot.pointee.timeout = Int32(list)
      slot.pointee.deadline = now + timeout
      slot.pointee.asked = Int32(clamping: asked)
      slot.pointee.channel = place.withChannel { Unmanaged.passUnretained($0) }
      slot.pointee.place = place
      slot.pointee.completion = completion
      return slot.pointee.generation
    }
    linkByTimeout(index, list)
    place.withChannel { linkByChannel(index, $0) }
    count += 1
    return UInt64(generation) << 32 | UInt64(index)
  }

  /// What came of a message addressed to a call's number.
  enum Answer {
    /// The call was waiting for it.
    case awaited(Completion)
    /// The call has timed out or was cancelled; the answer is late and means nothing.
    case late
    /// There is no such permit, or not for this kernel, or it is used up.
    case refused
  }

  /// Ends the call that `number` names, because `channel` answered it.
  mutating func answer(_ number: UInt64, from channel: Channel) -> Answer {
    let index = Int(number & 0xffff_ffff)
    guard index < slots.count else { return .refused }
    guard let completion = slots[index].completion else {
      return slots[index].lastEnding == .forgotten && UInt64(slots[index].generation &- 1) == number >> 32
        ? .late : .refused
    }
    guard UInt64(slots[index].generation) == number >> 32,
      slots[index].isAsked(channel)
    else { return .refused }
    end(UInt32(index), .answered)
    return .awaited(completion)
  }

  /// Forgets the call; a late answer will be ignored. Nil where it has ended already.
  mutating func forget(_ number: UInt64) -> Completion? {
    let index = Int(number & 0xffff_ffff)
    guard index < slots.count, UInt64(slots[index].generation) == number >> 32,
      let completion = slots[index].completion
    else { return nil }
    end(UInt32(index), .forgotten)
    return completion
  }

  /// Ends the oldest call on `channel` that `matches`, because the peer reported an error for it.
  mutating func fail(on channel: Channel, where matches: (Place) -> Bool) -> (Completion, Place)? {
    var index = channel.calls.first
    while index != Self.none {
      let slot = slots[Int(index)]
      if let place = slot.place, let completion = slot.completion, matches(place) {
        end(index, .answered)
        return (completion, place)
      }
      index = slot.byChannel.next
    }
    return nil
  }

  /// Ends the call that `number` names, because the peer reported an error for it; nil where others may still answer.
  mutating func fail(_ number: UInt64, on channel: Channel) -> (Completion, Place)? {
    let index = Int(number & 0xffff_ffff)
    guard index < slots.count, UInt64(slots[index].generation) == number >> 32,
      slots[index].isAsked(channel),
      let place = slots[index].place, let completion = slots[index].completion
    else { return nil }
    slots[index].asked -= 1
    // Others that were asked may still answer.
    guard slots[index].asked <= 0 else { return nil }
    end(UInt32(index), .answered)
    return (completion, place)
  }

  /// Ends one of the calls on `channel`, which has closed; nil when none is left.
  mutating func next(on channel: Channel) -> (Completion, Place)? {
    fail(on: channel) { _ in true }
  }

  /// Ends one of the calls whose time is up at `now`; nil when none is left.
  mutating func nextExpired(now: Int64) -> (Completion, Place, milliseconds: Int64)? {
    for list in lists where list.first != Self.none {
      let slot = slots[Int(list.first)]
      guard slot.deadline <= now, let completion = slot.completion, let place = slot.place else { continue }
      end(list.first, .forgotten)
      return (completion, place, list.milliseconds)
    }
    return nil
  }

  /// Whether a timer has to be set so that a call's `deadline` is not missed; it counts as set from then on.
  mutating func needsTimer(for deadline: Int64) -> Bool {
    if let timerDeadline, timerDeadline <= deadline { return false }
    timerDeadline = deadline
    return true
  }

  /// When the next call's time is up; a timer counts as set for it. Nil, and none set, when no call waits.
  mutating func nextTimer() -> Int64? {
    timerDeadline = lists.lazy.filter { $0.first != Self.none }.map { [slots] in slots[Int($0.first)].deadline }.min()
    return timerDeadline
  }

  private mutating func takeFree() -> UInt32 {
    if let index = free.popLast() { return index }
    slots.append(Slot())
    return UInt32(slots.count - 1)
  }

  private mutating func timeoutList(_ milliseconds: Int64) -> Int {
    if let index = lists.firstIndex(where: { $0.milliseconds == milliseconds }) { return index }
    if let index = lists.firstIndex(where: { $0.first == Self.none }), lists.count >= 16 {
      lists[index] = TimeoutList(milliseconds: milliseconds)
      return index
    }
    lists.append(TimeoutList(milliseconds: milliseconds))
    return lists.count - 1
  }

  private mutating func end(_ index: UInt32, _ ending: Ending) {
    unlinkByTimeout(index)
    unlinkByChannel(index)
    slots[Int(index)].channel = nil
    slots[Int(index)].place = nil
    slots[Int(index)].completion = nil
    slots[Int(index)].lastEnding = ending
    slots[Int(index)].generation &+= 1
    free.append(index)
    count -= 1
  }

  private mutating func linkByTimeout(_ index: UInt32, _ list: Int) {
    let last = lists[list].last
    slots[Int(index)].byTimeout = Links(previous: last, next: Self.none)
    if last == Self.none { lists[list].first = index } else { slots[Int(last)].byTimeout.next = index }
    lists[list].last = index
  }

  private mutating func unlinkByTimeout(_ index: UInt32) {
    let links = slots[Int(index)].byTimeout
    let list = Int(slots[Int(index)].timeout)
    if links.previous == Self.none {
      lists[list].first = links.next
    } else {
      slots[Int(links.previous)].byTimeout.next = links.next
    }
    if links.next == Self.none {
      lists[list].last = links.previous
    } else {
      slots[Int(links.next)].byTimeout.previous = links.previous
    }
  }

  private mutating func linkByChannel(_ index: UInt32, _ channel: Channel) {
    let last = channel.calls.last
    slots[Int(index)].byChannel = Links(previous: last, next: Self.none)
    if last == Self.none { channel.calls.first = index } else { slots[Int(last)].byChannel.next = index }
    channel.calls.last = index
  }

  private mutating func unlinkByChannel(_ index: UInt32) {
    guard let unretained = slots[Int(index)].channel else { return }
    let links = slots[Int(index)].byChannel
    unretained._withUnsafeGuaranteedRef { channel in
      if links.previous == Self.none { channel.calls.first = links.next }
      if links.next == Self.none { channel.calls.last = links.previous }
    }
    if links.previous != Self.none { slots[Int(links.previous)].byChannel.next = links.next }
    if links.next != Self.none { slots[Int(links.next)].byChannel.previous = links.previous }
  }
}
