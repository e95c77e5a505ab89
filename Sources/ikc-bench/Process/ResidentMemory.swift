import Foundation

/// Resident memory of a process, as the system counts it.
enum ResidentMemory {
  /// Bytes; nil where the process is gone or may not be looked at.
  static func bytes(of process: pid_t) -> Int? {
    #if os(Linux)
      rollup(of: process) ?? statm(of: process)
    #else
      usage(of: process)
    #endif
  }

  #if os(Linux)
    private static func rollup(of process: pid_t) -> Int? {
      guard let text = try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Rss:") })
      else { return nil }
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }

    private static func statm(of process: pid_t) -> Int? {
      guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else { return nil }
      return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map {
        $0 * Int(sysconf(Int32(_SC_PAGESIZE)))
      }
    }
  #else
    private static func usage(of process: pid_t) -> Int? {
      var usage = rusage_info_v4()
      let status = withUnsafeMutablePointer(to: &usage) {
        $0.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
          proc_pid_rusage(process, RUSAGE_INFO_V4, $0)
        }
      }
      return status == 0 ? Int(usage.ri_phys_footprint) : nil
    }
  #endif
}
