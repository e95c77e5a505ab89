import Foundation

/// The number of files that this process may open.
enum FileLimit {
  /// Files that are not connections: standard streams, loops, pipes to servers.
  static let reserve = 64

  /// Raises the soft limit to the hard one.
  ///
  /// - Returns: How many connections a process can hold then.
  @discardableResult
  static func raise() -> Int {
    #if os(Linux)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return 1024 - reserve }
    #if os(Linux)
      limit.rlim_cur = limit.rlim_max
    #else
      limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
    #endif
    setrlimit(resource, &limit)
    getrlimit(resource, &limit)
    return Int(clamping: limit.rlim_cur) - reserve
  }
}
