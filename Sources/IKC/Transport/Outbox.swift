import CUV
import Synchronization

/// What other threads than the loop's have written to a connection, until the loop takes it over.
///
/// A pointer to memory of its own, made with the first such write: the fields are reached without reference counting.
struct Outbox: @unchecked Sendable {  // every field of its memory says what guards it
  private struct Fields: ~Copyable {
    let lock = OutboxLock()
    /// Guarded by `lock`: what has been written.
    let bytes: UnsafeMutablePointer<OutputBytes>
    /// What the loop's thread wrote while it could not take over what came before. Loop's thread only.
    let later: UnsafeMutablePointer<OutputBytes>
    /// Guarded by `lock`: the loop has been told.
    var isSubmitted = false
    /// Guarded by `lock`: how much is likely to be written until the loop takes it over, as of the last times.
    var expected = 0
    /// How much `bytes` holds. Changed under `lock`, read by anyone.
    let pending = Atomic<Int>(0)
    /// Frames that were written; added to under `lock`.
    let traffic = TrafficCounter()

    init() {
      bytes = .allocate(capacity: 2)
      bytes.initialize(repeating: OutputBytes(), count: 2)
      later = bytes + 1
    }

    deinit {
      bytes.pointee.base?.deallocate()
      later.pointee.base?.deallocate()
      bytes.deallocate()
    }
  }

  private let fields: UnsafeMutablePointer<Fields>

  /// What an atomic can hold.
  var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(fields) }

  /// What `address` of an outbox was.
  init(at address: UnsafeMutableRawPointer) { fields = address.assumingMemoryBound(to: Fields.self) }

  private init(_ fields: UnsafeMutablePointer<Fields>) { self.fields = fields }

  static func make() -> Outbox {
    let fields = UnsafeMutablePointer<Fields>.allocate(capacity: 1)
    fields.initialize(to: Fields())
    return Outbox(fields)
  }

  /// Frees it. Nobody uses it any more.
  func destroy() {
    fields.deinitialize(count: 1)
    fields.deallocate()
  }

  /// How many bytes other threads have written. Any thread.
  @inline(__always)
  var pending: Int { fields.pointee.pending.load(ordering: .acquiring) }

  /// Frames and bytes that other threads have written in all. Any thread.
  var written: (frames: Int, bytes: Int) { (fields.pointee.traffic.frames, fields.pointee.traffic.bytes) }

  // MARK: Other threads

  /// Counts a frame, between `beginWrite` and `endWrite`.
  @inline(__always)
  func count(_ bytes: Int) { fields.pointee.traffic.add(frames: 1, bytes: bytes) }

  /// Gives the bytes to append to; `endWrite` follows.
  @inline(__always)
  func beginWrite(_ loop: EventLoop) -> UnsafeMutablePointer<OutputBytes> {
    fields.pointee.lock.lock()
    let bytes = fields.pointee.bytes
    if bytes.pointee.base == nil { begin(bytes, loop) }
    return bytes
  }

  /// Memory for as much as lately, so that it does not grow, and move, again and again.
  @inline(never)
  private func begin(_ bytes: UnsafeMutablePointer<OutputBytes>, _ loop: EventLoop) {
    bytes.pointee = loop.spareBuffer()
    bytes.pointee.reserve(fields.pointee.expected)
  }

  /// - Returns: whether the loop is to be told.
  @inline(__always)
  func endWrite() -> Bool {
    let count = fields.pointee.bytes.pointee.count
    let submits = count > 0 && !fields.pointee.isSubmitted
    if submits { fields.pointee.isSubmitted = true }
    fields.pointee.pending.store(count, ordering: .releasing)
    return fields.pointee.lock.unlock() || submits
  }

  // MARK: The loop's thread

  /// Whether the loop has nothing to take over.
  @inline(__always)
  var isEmpty: Bool { pending == 0 && fields.pointee.later.pointee.count == 0 }

  /// What the loop's thread writes while another thread is at it.
  var later: UnsafeMutablePointer<OutputBytes> { fields.pointee.later }

  /// Takes the bytes out; nil where another thread is writing right now: it will then tell the loop.
  func take() -> OutputBytes? {
    guard fields.pointee.lock.lockOrMark() else { return nil }
    let taken = fields.pointee.bytes.pointee
    fields.pointee.expected = max(taken.count, fields.pointee.expected / 2)
    fields.pointee.bytes.pointee = OutputBytes()
    fields.pointee.isSubmitted = false
    fields.pointee.pending.store(0, ordering: .releasing)
    _ = fields.pointee.lock.unlock()
    return taken
  }
}
