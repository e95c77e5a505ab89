/// Where a call stands in a list of others.
struct CallLinks {
  var previous = CallTable.none
  var next = CallTable.none
}

/// How a call ended.
enum CallEnding: UInt8 { case answered, forgotten }

/// One call, or room for one.
struct CallSlot {
  var generation: UInt32 = 1
  var lastEnding = CallEnding.answered
  var asked: Int32 = 0
  /// The index of its list of time-outs.
  var timeout: Int32 = 0
  var deadline: Int64 = 0
  /// In a free slot `next` is the next free one.
  var byTimeout = CallLinks()
  var byChannel = CallLinks()
  /// The place's.
  var channel: Unmanaged<Channel>?
  var place: Place?
  var completion: CallTable.Completion?

  /// Whether that channel's kernel may answer.
  @inline(__always)
  func isAsked(_ channel: Channel) -> Bool {
    self.channel?.toOpaque() == Unmanaged.passUnretained(channel).toOpaque() || asked > 0
  }
}

/// Memory of calls that grows by doubling; slots are reached through pointers, without checks of an array's.
struct CallSlots: ~Copyable {
  private var base: UnsafeMutablePointer<CallSlot>
  private var capacity = 16
  private(set) var count: UInt32 = 0

  init() { base = .allocate(capacity: capacity) }

  deinit {
    base.deinitialize(count: Int(count))
    base.deallocate()
  }

  /// The slot at `index`; the pointer holds until the next `append`.
  @inline(__always)
  subscript(index: UInt32) -> UnsafeMutablePointer<CallSlot> {
    assert(index < count)
    return base + Int(index)
  }

  /// Makes a new slot and returns its index.
  @inline(never)
  mutating func append() -> UInt32 {
    if Int(count) == capacity {
      let larger = UnsafeMutablePointer<CallSlot>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: base, count: capacity)
      base.deallocate()
      base = larger
      capacity *= 2
    }
    (base + Int(count)).initialize(to: CallSlot())
    count += 1
    return count - 1
  }
}
