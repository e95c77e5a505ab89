#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A moment, as `2026-11-25T19:12:01.123Z`.
struct TapTime: Sendable, CustomStringConvertible {
  private let time: timespec

  static var now: TapTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return TapTime(time: time)
  }

  var description: String {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Self.digits(Int(parts.tm_year) + 1900, 4), Self.digits(parts.tm_mon + 1), Self.digits(parts.tm_mday)]
    let clock = [Self.digits(parts.tm_hour), Self.digits(parts.tm_min), Self.digits(parts.tm_sec)]
    let milliseconds = Self.digits(time.tv_nsec / 1_000_000, 3)
    return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(milliseconds)Z"
  }

  private static func digits(_ number: some BinaryInteger, _ count: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
