#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A clock that goes on steadily, for deadlines.
enum MonotonicClock {
  #if os(Linux)
    private static let clock = CLOCK_MONOTONIC_COARSE
  #else
    private static let clock = CLOCK_MONOTONIC_RAW_APPROX
  #endif

  /// Milliseconds since some moment; a few behind, since asking for more costs a system call in places.
  static var coarseMilliseconds: Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
