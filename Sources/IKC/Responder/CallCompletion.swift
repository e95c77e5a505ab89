/// Who waits for an answer.
///
/// A type around the closure, since a closure that comes out of generic code is wrapped in another one each time.
enum CallCompletion: Sendable {
  case closure(@Sendable (Result<Reply, IKCError>) -> Void)
  case waiter(CallWaiter)

  init(_ body: @escaping @Sendable (Result<Reply, IKCError>) -> Void) { self = .closure(body) }

  /// Hands over the answer, or why there is none.
  @inline(__always)
  func callAsFunction(_ result: Result<Reply, IKCError>) {
    switch self {
    case .closure(let body): body(result)
    case .waiter(let waiter): waiter.answered(result)
    }
  }
}
