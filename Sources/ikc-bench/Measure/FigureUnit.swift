/// What a figure counts. `key` names it, unit included, in JSON.
struct FigureUnit: Sendable, Hashable {
  var label: String
  var key: String
  /// Whether a smaller figure is the better one.
  var lessIsBetter = false
  var decimals = 0

  static let posts = FigureUnit(label: "posts/s", key: "posts_per_second")
  static let calls = FigureUnit(label: "calls/s", key: "calls_per_second")
  static let connects = FigureUnit(label: "connects/s", key: "connects_per_second")
  static let megabytes = FigureUnit(label: "MB/s", key: "megabytes_per_second")
  static let operations = FigureUnit(label: "ops/s", key: "operations_per_second")
  static let bytesPerConnection = FigureUnit(
    label: "bytes/connection", key: "resident_bytes_per_connection", lessIsBetter: true)
  static let bytesPerChannel = FigureUnit(
    label: "bytes/channel", key: "resident_bytes_per_channel", lessIsBetter: true)
  static let nanosecondsPerEvent = FigureUnit(label: "ns/event", key: "nanoseconds_per_event", lessIsBetter: true)
  static let microsecondsPerChannel = FigureUnit(
    label: "µs/channel", key: "microseconds_per_channel", lessIsBetter: true, decimals: 2)
  static let milliseconds = FigureUnit(label: "ms", key: "milliseconds", lessIsBetter: true, decimals: 2)
  static let bytes = FigureUnit(label: "bytes", key: "bytes", lessIsBetter: true)
}
