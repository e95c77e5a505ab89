import Foundation

@testable import IKC

/// Reads recorded bytes.
enum Fixture {
  static func lines(_ name: String) -> [[String: Any]] {
    guard let folder = Bundle.module.resourceURL,
      let text = try? String(contentsOf: folder.appendingPathComponent("Fixtures/\(name)"), encoding: .utf8)
    else { return [] }
    return text.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  static func bytes(_ hexadecimal: Any?) -> [UInt8]? {
    (hexadecimal as? String).flatMap { Hexadecimal.decode($0)?.bytes }
  }

  static func data(_ object: Any?) -> Data? {
    object.flatMap { try? JSONSerialization.data(withJSONObject: $0) }
  }
}
