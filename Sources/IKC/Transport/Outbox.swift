import CUV
import Synchronization

/// What other threads than the loop's have written to a connection, until the loop takes it over.
///
/// A pointer to memory of its own, made with the first such write: the fields are reached without reference counting.
struct Outbox: @unchecked Sendable {  // every field of its memory says what guards it
  private struct Fields: ~Copyable {
    let lock = Lock()
    /// Guarded by `lock`: what has been written.
    let bytes: UnsafeMutablePointer<OutputBytes>
    /// What the loop's thread wrote while it could not take over what came before. Loop's thread only.
    let later: UnsafeMutablePointer<OutputBytes>
    /// Guarded by `lock`: the loop has been told.
    var isSubmitted = false
    /// How much `bytes` holds. Changed under `lock`, read by anyone.
    let pending = Atomic<Int>(0)
    /// Set by the loop when it found `lock` taken: who holds it tells the loop afterwards.
    let isWanted = Atomic<Bool>(false)

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

  // MARK: Other threads

  /// Gives the bytes to append to; `endWrite` follows.
  @inline(__always)
  func beginWrite(_ loop: EventLoop) -> UnsafeMutablePointer<OutputBytes> {
    fields.pointee.lock.lock()
    let bytes = fields.pointee.bytes
    if bytes.pointee.base == nil { bytes.pointee = loop.spareBuffer() }
    return bytes
  }

  /// - Returns: whether the loop is to be told.
  @inline(__always)
  func endWrite() -> Bool {
    let count = fields.pointee.bytes.pointee.count
    let submits = count > 0 && !fields.pointee.isSubmitted
    if submits { fields.pointee.isSubmitted = true }
    fields.pointee.pending.store(count, ordering: .releasing)
    fields.pointee.lock.unlock()
    return fields.pointee.isWanted.exchange(false, ordering: .acquiringAndReleasing) || submits
  }

  // MARK: The loop's thread

  /// Whether the loop has nothing to take over.
  @inline(__always)
  var isEmpty: Bool { pending == 0 && fields.pointee.later.pointee.count == 0 }

  /// What the loop's thread writes while another thread is at it.
  var later: UnsafeMutablePointer<OutputBytes> { fields.pointee.later }

  /// Takes the bytes out; nil where another thread is writing right now: it will then tell the loop.
  func take() -> OutputBytes? {
    if !fields.pointee.lock.tryLock() {
      // The holder looks at `isWanted` after unlocking: either it sees this, or the second try succeeds.
      _ = fields.pointee.isWanted.exchange(true, ordering: .acquiringAndReleasing)
      guard fields.pointee.lock.tryLock() else { return nil }
    }
    let taken = fields.pointee.bytes.pointee
    fields.pointee.bytes.pointee = OutputBytes()
    fields.pointee.isSubmitted = false
    fields.pointee.pending.store(0, ordering: .releasing)
    fields.pointee.lock.unlock()
    return taken
  }
}
