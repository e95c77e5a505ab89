import IKC

/// Gathers what a monitor is told, as text.
final class Watch: Sendable {
  private let changes = Collector<Monitor.Change>()
  private let names: @Sendable (String) -> String

  /// - Parameter id: what becomes `ID`; addresses become `ADDR` then. Nil: names stay as they are.
  init(id: String? = nil) {
    names = { name in
      guard let id else { return name }
      if name == id { return "ID" }
      return name.utf8.contains(UInt8(ascii: ":")) ? "ADDR" : name
    }
  }

  func add(_ change: Monitor.Change) { changes.add(change) }

  /// All that has come so far.
  var all: [Monitor.Change] { changes.elements }

  /// The first `count` changes, as soon as there are that many.
  func first(_ count: Int) async throws -> [String] { try await changes.first(count).map(text) }

  /// All that has come so far, as text.
  var texts: [String] { changes.elements.map(text) }

  private func text(_ change: Monitor.Change) -> String { Self.text(change, names) }

  /// One change as text, with its kernel's name as `names` tells.
  static func text(_ change: Monitor.Change, _ names: (String) -> String = { $0 }) -> String {
    var what = change.kind.name
    switch change.kind {
    case .channelReady: what += " ready"
    case .channelClose: what += " close"
    case .error(let failure): what += " \(failure.operation)"
    default: break
    }
    return "\(what) \(names(change.kernel))" + (change.isReal ? " real" : "")
  }
}
