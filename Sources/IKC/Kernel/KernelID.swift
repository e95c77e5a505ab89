internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Makes kernel ids as POE does: `<host name>-<time>-<process id>-<counter>`, the numbers as eight hexadecimal digits.
enum KernelID {
  private static let counter = Atomic<UInt32>(0)

  /// An id that no other kernel has.
  static func make() -> String {
    let number = counter.add(1, ordering: .relaxed).newValue
    let parts = [UInt32(truncatingIfNeeded: time(nil)), UInt32(bitPattern: getpid()), number]
    return ([hostName] + parts.map(hexadecimal)).joined(separator: "-")
  }

  /// This process's id.
  static var processID: Int { Int(getpid()) }

  /// The host's name, reduced to what a kernel's name may hold.
  private static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let name = buffer.prefix { $0 != 0 }.map { byte -> UInt8 in
      let byte = UInt8(bitPattern: byte)
      return byte.isWord || byte == .dot || byte == .dash ? byte : .underscore
    }
    return name.first.map { $0 == .dot || $0 == .dash } ?? true ? "host" : String(decoding: name, as: UTF8.self)
  }

  private static func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
