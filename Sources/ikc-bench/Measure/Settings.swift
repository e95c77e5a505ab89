import Foundation
import IKC
import Synchronization

/// What all modes have in common: how much, and over what.
struct Settings: Sendable {
  enum Queue: String, Sendable, CaseIterable {
    case inline, dispatch
  }

  enum Negotiation: String, Sendable, CaseIterable {
    case ikc, ikc0
  }

  var connections: Int?
  var depth: Int?
  /// Octets of the string parameter.
  var size: Int?
  var limit = Limit(operations: nil, seconds: 0.3)
  var rounds = 5
  /// Event loops of the server.
  var loops = 1
  var queue = Queue.inline
  /// Microseconds that the kernels' loops look for events before they sleep; nil: their default.
  var busyPolling: Int?
  var serializer = "storable"
  var negotiation = Negotiation.ikc0
  var unix = false
  /// A server that runs already, in place of one of our own.
  var connect: Address?
  var perl = false

  var runner: Runner {
    Runner(rounds: rounds, limit: limit, progress: ProgressLine())
  }

  /// An address of its own for each server: a free port, or a file not used yet.
  func freshAddress() -> Address {
    guard unix else { return .tcp(host: "127.0.0.1", port: 0) }
    let number = Self.socketNumber.wrappingAdd(1, ordering: .relaxed).newValue
    let folder = FileManager.default.temporaryDirectory.path
    return .unix(path: "\(folder)/ikc-bench-\(getpid())-\(number).sock")
  }

  private static let socketNumber = Atomic<Int>(0)

  /// How a title names the load.
  func title(_ mode: String, connections: Int, depth: Int? = nil) -> String {
    var parts = [mode, connections == 1 ? "1 connection" : "\(grouped(connections)) connections"]
    if let depth { parts.append("depth \(depth)") }
    return parts.joined(separator: " · ")
  }
}
