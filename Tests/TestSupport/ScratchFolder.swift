import Foundation

/// A folder of a test's own, short enough for the paths of unix sockets, removed with the object.
package final class ScratchFolder: Sendable {
  package let path: String

  package init() throws {
    path = "/tmp/ikc-\(UInt64.random(in: 0..<1 << 40))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of an entry of the folder.
  package func path(_ name: String) -> String { path + "/" + name }
}
