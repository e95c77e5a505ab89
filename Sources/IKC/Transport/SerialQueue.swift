import Dispatch

final class SerialQueue: SerialExecutor {
  enum Draining {
    case inline(home: EventLoop)
    case dispatch(DispatchQueue)
  }
  init(draining: Draining) { preconditionFailure() }
  var isCurrent: Bool { preconditionFailure() }
  func tryEnter() -> Bool { preconditionFailure() }
  func leave() { preconditionFailure() }
  /// `weight`: about how many events it is, for fairness between turns
  func submit(weight: Int = 1, _ body: @escaping @Sendable () -> Void) { preconditionFailure() }
  func enqueue(_ job: consuming ExecutorJob) { preconditionFailure() }
}
