@testable import IKC

/// A handler that keeps what it hears.
final class Recorder: ConnectionHandler, Sendable {
  struct Heard: Sendable {
    var lines: [String] = []
    var frames: [[UInt8]] = []
    var octets = 0
    var calls = 0
    var ends = 0
    var drains = 0
    var closes = 0
    var error: IKCError?
  }

  let heard = Observed(Heard())
  private let modeAfter: @Sendable (String) -> ReadMode
  private let onFrames: (@Sendable (Connection, borrowing FrameBatch) -> Void)?
  private let onEnd: @Sendable (Connection) -> Void
  private let keepsFrames: Bool

  /// - Parameters:
  ///   - keepsFrames: false where only their number and size matter.
  ///   - modeAfter: what to return for a line; by default a line `GO` switches to frames.
  init(
    keepsFrames: Bool = true,
    modeAfter: @escaping @Sendable (String) -> ReadMode = { $0 == "GO" ? .frames : .lines },
    onFrames: (@Sendable (Connection, borrowing FrameBatch) -> Void)? = nil,
    onEnd: @escaping @Sendable (Connection) -> Void = { $0.finish() }
  ) {
    self.keepsFrames = keepsFrames
    self.modeAfter = modeAfter
    self.onFrames = onFrames
    self.onEnd = onEnd
  }

  func connection(_ connection: Connection, received line: UnsafeRawBufferPointer) -> ReadMode {
    let text = String(decoding: line, as: UTF8.self)
    heard.update { $0.lines.append(text) }
    return modeAfter(text)
  }

  func connection(_ connection: Connection, received batch: borrowing FrameBatch) {
    var frames: [[UInt8]] = []
    var octets = 0
    for index in 0..<batch.count {
      octets += batch[index].count
      if keepsFrames { frames.append(Array(batch[index])) }
    }
    onFrames?(connection, batch)
    heard.update {
      $0.frames += frames
      $0.octets += octets
      $0.calls += 1
    }
  }

  func connectionReceivedEnd(_ connection: Connection) {
    onEnd(connection)
    heard.update { $0.ends += 1 }
  }

  func connectionDrained(_ connection: Connection) { heard.update { $0.drains += 1 } }

  func connection(_ connection: Connection, closed error: IKCError?) {
    heard.update {
      $0.closes += 1
      $0.error = error
    }
  }
}
