import Foundation
import Signals
import Synchronization

/// The processes that this one has started and not yet ended. SIGINT and
/// SIGTERM end them too, each by its id, before they end this process.
enum ChildRegistry {
  private static let children = Mutex<Set<pid_t>>([])

  static func add(_ child: pid_t) {
    children.withLock { _ = $0.insert(child) }
  }

  static func remove(_ child: pid_t) {
    children.withLock { _ = $0.remove(child) }
  }

  static func endWithSignals() {
    SignalPipe.catching([SIGINT, SIGTERM, SIGHUP])?.onEach { number in
      children.withLock { for child in $0 { kill(child, SIGTERM) } }
      _exit(128 + number)
    }
  }
}
