import Foundation
import TestSupport

/// The Perl of this machine and the scripts that drive the real library.
enum Perl {
  /// Whether the real library is there; CONTRIBUTING.md tells where it comes from.
  static let hasLibrary = ChildProcess.succeeds("perl", ["-MPOE::Component::IKC::Server", "-e", "1"])

  /// Starts a script of the library's tests.
  static func script(_ name: String, _ arguments: String...) throws -> ChildProcess {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appendingPathComponent("IKCTests/Peers/\(name)").path
    return try ChildProcess("perl", [path] + arguments + ["--limit", "60"])
  }
}
