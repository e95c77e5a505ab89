import CUV

/// Sleeps of microseconds.
enum Pacer {
  /// Lets the calling thread's sleeps end when they should, not up to 50 µs later.
  static func useFineTimer() {
    ikc_floor_fine_timer()
  }

  /// Returns at `time` of `uv_hrtime`, at once where that has passed.
  static func sleep(until time: UInt64) {
    let now = uv_hrtime()
    guard time > now else { return }
    ikc_floor_sleep(time - now)
  }
}
