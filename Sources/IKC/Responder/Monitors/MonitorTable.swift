internal import Synchronization

/// The monitors of a kernel, by the name that they watch.
final class MonitorTable: Sendable {
  /// One monitor that is to be told, under one of a kernel's names.
  struct Hearing: Sendable {
    let monitor: Monitor
    let kernel: String
    let isReal: Bool
  }

  private struct State {
    /// Those of a name in the order in which they were made.
    var monitors: [String: [Monitor]] = [:]
    var next: UInt64 = 0
    var isOver = false
  }

  /// What stands for all kernels.
  static let all = "*"

  private let state = Mutex(State())
  private let count = Atomic(0)

  /// Whether nobody wants to be told of anything. Any thread; costs one look.
  var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

  /// Makes a monitor; where the kernel has shut down it is at its end at once.
  ///
  /// - Parameters:
  ///   - ended: called once, when the monitor is cancelled or the kernel has shut down.
  ///   - handler: called on the serial queue.
  func add(
    _ name: String, isForErrors: Bool = false, ended: @escaping @Sendable () -> Void = {},
    handler: @escaping @Sendable (Monitor.Change) -> Void
  ) -> Monitor {
    let (monitor, isOver) = state.withLock { state in
      state.next += 1
      let monitor = Monitor(
        name: name, number: state.next, isForErrors: isForErrors, table: self, handler: handler, ended: ended)
      guard !state.isOver else { return (monitor, true) }
      state.monitors[monitor.kernel, default: []].append(monitor)
      count.add(1, ordering: .relaxed)
      return (monitor, false)
    }
    if isOver { monitor.end() }
    return monitor
  }

  /// Lets a monitor go, if it is still there.
  func remove(_ monitor: Monitor) {
    state.withLock { state in
      guard var list = state.monitors.removeValue(forKey: monitor.kernel) else { return }
      if let index = Self.index(of: monitor, in: list) {
        list.remove(at: index)
        count.subtract(1, ordering: .relaxed)
      }
      if !list.isEmpty { state.monitors[monitor.kernel] = list }
    }
  }

  private static func index(of monitor: Monitor, in list: [Monitor]) -> Int? {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].number < monitor.number { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low] === monitor ? low : nil
  }

  /// Ends all monitors, those to come included.
  func end() {
    let monitors = state.withLock { state in
      state.isOver = true
      defer { state.monitors = [:] }
      return state.monitors.values.flatMap { $0 }
    }
    count.store(0, ordering: .relaxed)
    for monitor in monitors.sorted(by: { $0.number < $1.number }) { monitor.end() }
  }

  /// Who is to be told of a kernel, in order: name by name, those who watch the name before those who watch all.
  ///
  /// - Parameters:
  ///   - names: the kernel's, the real one first; none where it is about no kernel in particular.
  ///   - real: the real one.
  func audience(of names: [String], real: String?, isError: Bool) -> [Hearing] {
    state.withLock { state in
      var audience: [Hearing] = []
      func append(_ watched: String, _ name: String, isFirst: Bool) {
        for monitor in state.monitors[watched] ?? [] where !monitor.isForErrors || isError && isFirst {
          audience.append(Hearing(monitor: monitor, kernel: name, isReal: name == real))
        }
      }
      for (index, name) in names.enumerated() {
        append(name, name, isFirst: false)
        append(Self.all, name, isFirst: index == 0)
      }
      if names.isEmpty { append(Self.all, Self.all, isFirst: true) }
      return audience
    }
  }
}
