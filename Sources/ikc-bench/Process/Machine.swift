import CUV
import Foundation

/// The machine and the versions that the figures hold for.
struct Machine: Sendable, Codable, Equatable {
  var processor: String
  var cores: Int
  var memoryBytes: UInt64
  var system: String
  var libuv: String
  var swift: String

  enum CodingKeys: String, CodingKey {
    case processor, cores
    case memoryBytes = "memory_bytes"
    case system, libuv, swift
  }

  static func current() -> Machine {
    let info = ProcessInfo.processInfo
    return Machine(
      processor: processorName(), cores: info.activeProcessorCount, memoryBytes: info.physicalMemory,
      system: systemName(), libuv: String(cString: uv_version_string()), swift: swiftVersion)
  }

  /// One line for a heading.
  var summary: String {
    let gigabytes = (Double(memoryBytes) / 1_073_741_824).rounded()
    return "\(processor), \(cores) cores, \(Int(gigabytes)) GiB, \(system), libuv \(libuv), Swift \(swift)"
  }

  private static func processorName() -> String {
    var info: UnsafeMutablePointer<uv_cpu_info_t>?
    var count: Int32 = 0
    guard uv_cpu_info(&info, &count) == 0, let info, count > 0 else { return "unknown processor" }
    defer { uv_free_cpu_info(info, count) }
    return info[0].model.map { String(cString: $0).trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
  }

  private static func systemName() -> String {
    var name = uv_utsname_t()
    guard uv_os_uname(&name) == 0 else { return "unknown system" }
    func text<T>(_ field: T) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
  }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
