/// A task that waits for the answer to its call. All that one call needs is in this one object.
// @unchecked: `number` is an atomic; the rest is written by the task before the call is entered, then by the serial queue, and read
// by the task once it goes on.
class CallWaiter: @unchecked Sendable {
  final let number = OperationNumber()
  @exclusivity(unchecked) private final var continuation: UnsafeContinuation<Void, Never>?
  /// Why there is no answer, once the task goes on.
  @exclusivity(unchecked) private(set) final var failure: IKCError?

  /// The task is about to wait.
  final func waits(_ continuation: UnsafeContinuation<Void, Never>) { self.continuation = continuation }

  /// The call has ended, which it does once. The task goes on.
  final func answered(_ result: Result<Reply, IKCError>) {
    switch result {
    case .success(let reply):
      do throws(IKCError) { try take(reply) } catch { failure = error.naming(peer: reply.kernel) }
    case .failure(let error): failure = error
    }
    continuation?.resume()
  }

  /// Decodes the answer while its bytes are there.
  func take(_ reply: Reply) throws(IKCError) {}
}

/// A waiter for a text.
final class TextCallWaiter: CallWaiter, @unchecked Sendable {  // as its superclass
  @exclusivity(unchecked) private var octets = ShortOctets()
  @exclusivity(unchecked) private var text: String?

  override func take(_ reply: Reply) throws(IKCError) {
    // The task makes a short text itself: to allocate on one thread and free on another takes long on both.
    if let plain = reply.delivery.plainText, octets.keep(plain) { return }
    text = try reply.decode(String.self)
  }

  /// The answer, once the task goes on; nil where there is none.
  var answer: String? { text ?? octets.text }
}

/// A waiter for an answer of another type.
final class TypedCallWaiter<R: Decodable & Sendable>: CallWaiter, @unchecked Sendable {  // as its superclass
  @exclusivity(unchecked) private(set) var answer: R?

  override func take(_ reply: Reply) throws(IKCError) { answer = try reply.decode(R.self) }
}
