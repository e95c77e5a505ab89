/// Watches the end of a finished connection: it goes on as long as bytes move.
final class Linger {
  private unowned let connection: Connection
  private let time: Duration
  private var progress: Int
  private(set) var timer: LoopTimer?

  init(_ connection: Connection, for time: Duration) {
    self.connection = connection
    self.time = time
    progress = connection.progress
    arm()
  }

  private func arm() {
    timer = connection.loop.schedule(after: time) { [self] in check() }
  }

  private func check() {
    let before = progress
    progress = connection.progress
    if progress == before { connection.lingeredOut() } else { arm() }
  }
}
