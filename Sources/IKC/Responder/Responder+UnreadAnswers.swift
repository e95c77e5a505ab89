internal import Synchronization

// Serial queue.
extension Responder {
  /// Ends the call that `body` answers, a message that can't be read for that `reason`. False where it is not known to
  /// answer any.
  func failCall(answeredBy body: UnsafeRawBufferPointer, _ reason: String, from channel: Channel) -> Bool {
    guard let number = callNumber(inUnread: body, from: channel) else { return false }
    // Nil where other kernels may still answer.
    if let (completion, place) = calls.withLock({ $0.fail(number, on: channel) }) {
      let error = IKCError(
        .cannotDecode, "the answer can't be read: \(reason)", peer: channel.name, specifier: place.specifier)
      report(error, during: .localRequest, on: channel, hasReachedCaller: true)
      completion(.failure(error))
    }
    return true
  }

  /// The number of the one call that waits for `channel` and whose rsvp stands in a message that can't be read: an
  /// answer has it as its event, and a text as plain as that stands as it is in every format but a packed one.
  private func callNumber(inUnread body: UnsafeRawBufferPointer, from channel: Channel) -> UInt64? {
    var found: UInt64?
    var next = 0
    guard calls.withLock({ $0.count > 0 }) else { return nil }
    while let place = body.place(of: rsvpPrefix.utf8, from: next) {
      next = place + rsvpPrefix.utf8.count
      guard body.count - next >= CallNumber.width,
        let number = body.baseAddress.flatMap({ CallNumber.read($0 + next) }),
        calls.withLock({ $0.isWaiting(number, for: channel) })
      else { continue }
      // Two of them: it is not clear whose answer it is.
      guard found == nil || found == number else { return nil }
      found = number
    }
    return found
  }
}
