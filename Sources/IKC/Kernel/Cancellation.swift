internal import Synchronization

/// Brings the cancellation of a task to what it waits for, whichever comes first.
final class Cancellation: Sendable {
  private enum State {
    case idle
    case armed(@Sendable () -> Void)
    case cancelled
  }

  private let state = Mutex(State.idle)

  /// What a task that was cancelled gets.
  static let error = IKCError(.cancelled, "the waiting task was cancelled")

  var isCancelled: Bool { state.withLock { if case .cancelled = $0 { true } else { false } } }

  /// Has `action` run when the task is cancelled, in the place of an earlier one; at once, and false, where it has been.
  @discardableResult
  func arm(_ action: @escaping @Sendable () -> Void) -> Bool {
    let isIdle = state.withLock { state in
      if case .cancelled = state { return false }
      state = .armed(action)
      return true
    }
    if !isIdle { action() }
    return isIdle
  }

  /// Takes the action back; false where it runs, or has run.
  func disarm() -> Bool {
    state.withLock { state in
      if case .cancelled = state { return false }
      state = .idle
      return true
    }
  }

  /// Hands on a channel that was waited for; closes it where the task has been cancelled meanwhile.
  func settle(_ result: Result<Channel, IKCError>, _ completion: (Result<Channel, IKCError>) -> Void) {
    if disarm() { return completion(result) }
    if case .success(let channel) = result { channel.close() }
  }

  private func cancel() {
    let action: (@Sendable () -> Void)? = state.withLock { state in
      defer { state = .cancelled }
      return if case .armed(let action) = state { action } else { nil }
    }
    action?()
  }

  /// Waits for the result that `body` hands to its completion, once.
  static func wait<R: Sendable>(
    _ body: (_ cancellation: Cancellation, _ completion: @escaping @Sendable (R) -> Void) -> Void
  ) async -> R {
    let cancellation = Cancellation()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        body(cancellation) { continuation.resume(returning: $0) }
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}
