import CUV
import Foundation

/// How long a loop was at work, turn by turn, in seconds of its thread's own time: what else the machine does is not in it.
struct Turns: Codable {
  var seconds = 0.0
  var longest = 0.0
  var count = 0

  /// Runs one turn of the loop, with nothing to wait for.
  mutating func run(_ loop: UnsafeMutablePointer<uv_loop_t>) {
    let began = Self.now
    uv_run(loop, UV_RUN_NOWAIT)
    add(Self.now - began)
  }

  mutating func add(_ turn: Double) {
    seconds += turn
    longest = max(longest, turn)
    count += 1
  }

  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
