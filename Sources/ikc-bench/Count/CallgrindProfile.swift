import Foundation

/// What callgrind wrote of one run: the instructions within the function that was asked for, and the calls of the allocator.
struct CallgrindProfile {
  var instructions = 0
  var allocations = 0

  private static let allocators: Set<String> = [
    "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign",
  ]

  /// - Parameter text: the contents of a `callgrind.out` file; its format is in the manual of valgrind, "Callgrind Format
  ///   Specification".
  init(_ text: String) {
    // Names are written out once, with a number, and are the number alone from then on.
    var allocators: Set<Substring> = []
    var callee: Substring = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("cfn=") {
        let rest = line.dropFirst(4)
        let end = rest.firstIndex(of: ")").map { rest.index(after: $0) } ?? rest.endIndex
        callee = rest[..<end]
        let name = rest[end...].drop { $0 == " " }
        if Self.isAllocator(name) { allocators.insert(callee) }
      } else if line.hasPrefix("fn=") {
        let rest = line.dropFirst(3)
        guard let end = rest.firstIndex(of: ")") else { continue }
        let name = rest[rest.index(after: end)...].drop { $0 == " " }
        if Self.isAllocator(name) { allocators.insert(rest[...end]) }
      } else if line.hasPrefix("calls=") {
        guard allocators.contains(callee) else { continue }
        allocations += Int(line.dropFirst(6).prefix { $0 != " " }) ?? 0
      } else if line.hasPrefix("totals:") || line.hasPrefix("summary:") {
        let number = line.drop { $0 != " " }.drop { $0 == " " }.prefix { $0 != " " }
        instructions = max(instructions, Int(number) ?? 0)
      }
    }
  }

  private static func isAllocator(_ name: Substring) -> Bool {
    allocators.contains(String(name.prefix { $0 != "'" && $0 != "@" }))
  }
}
