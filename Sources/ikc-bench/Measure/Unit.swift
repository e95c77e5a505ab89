/// What a figure counts. `key` names it, unit included, in JSON.
struct Unit: Sendable, Hashable {
  var label: String
  var key: String
  /// Whether a smaller figure is the better one.
  var lessIsBetter = false
  var decimals = 0

  static let posts = Unit(label: "posts/s", key: "posts_per_second")
  static let calls = Unit(label: "calls/s", key: "calls_per_second")
  static let connects = Unit(label: "connects/s", key: "connects_per_second")
  static let megabytes = Unit(label: "MB/s", key: "megabytes_per_second")
  static let operations = Unit(label: "ops/s", key: "operations_per_second")
  static let bytesPerConnection = Unit(
    label: "bytes/connection", key: "resident_bytes_per_connection", lessIsBetter: true)
  static let bytes = Unit(label: "bytes", key: "bytes", lessIsBetter: true)
}
