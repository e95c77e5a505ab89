/// Watches the ends of a loop's finished connections: each goes on as long as bytes move. One timer serves them all.
final class LingerList {
  private final class Watch {
    /// Its stream keeps it until it has closed, which ends the watch.
    unowned(unsafe) let connection: Connection
    /// In milliseconds.
    let time: UInt64
    var deadline: UInt64
    var progress: Int
    // The neighbours in the order of the deadlines; the table keeps them.
    unowned(unsafe) var previous: Watch?
    unowned(unsafe) var next: Watch?

    init(_ connection: Connection, time: UInt64, now: UInt64) {
      self.connection = connection
      self.time = time
      deadline = now + time
      progress = connection.progress
    }
  }

  /// How many are looked at in a turn of the loop.
  private static let share = 64

  private unowned let loop: EventLoop
  private var watches = ObjectTable<Watch>()
  private unowned(unsafe) var first: Watch?
  private unowned(unsafe) var last: Watch?
  private var timer: (deadline: UInt64, timer: LoopTimer)?

  init(on loop: EventLoop) { self.loop = loop }

  /// Closes the connection once it makes no progress for `time`.
  func add(_ connection: Connection, for time: Duration) {
    let watch = Watch(connection, time: time.wholeMilliseconds, now: loop.now)
    watches[connection] = watch
    link(watch)
    setTimer()
  }

  /// The connection has closed.
  func remove(_ connection: Connection) {
    guard let watch = watches.removeValue(for: connection) else { return }
    unlink(watch)
    if first == nil { setTimer() }
  }

  private func link(_ watch: Watch) {
    // Nearly all have the same time: the place is at the end.
    var before = last
    while let later = before, later.deadline > watch.deadline { before = later.previous }
    watch.previous = before
    watch.next = before.map(\.next) ?? first
    if let next = watch.next { next.previous = watch } else { last = watch }
    if let before { before.next = watch } else { first = watch }
  }

  private func unlink(_ watch: Watch) {
    if let previous = watch.previous { previous.next = watch.next } else { first = watch.next }
    if let next = watch.next { next.previous = watch.previous } else { last = watch.previous }
  }

  private func setTimer() {
    guard let first else {
      timer?.timer.cancel()
      timer = nil
      return
    }
    if let timer {
      guard first.deadline < timer.deadline else { return }
      timer.timer.cancel()
    }
    let wait = first.deadline > loop.now ? first.deadline - loop.now : 0
    timer = (first.deadline, loop.schedule(after: .milliseconds(Int64(clamping: wait))) { [self] in check() })
  }

  private func check() {
    timer = nil
    let now = loop.now
    var left = Self.share
    while let watch = first, watch.deadline <= now, left > 0 {
      left -= 1
      unlink(watch)
      let connection = watch.connection
      let progress = connection.progress
      guard progress != watch.progress else {
        _ = watches.removeValue(for: connection)
        connection.lingeredOut()
        continue
      }
      watch.progress = progress
      watch.deadline = now + watch.time
      link(watch)
    }
    setTimer()
  }
}
