internal import Synchronization

/// One specifier on its way to becoming a proxy: kernels have been asked, and receipts are awaited.
final class PendingSubscription: Sendable {
  typealias Completion = @Sendable (Result<Proxy, IKCError>) -> Void

  let number: UInt64
  let specifier: Specifier.Parts
  /// The state that receipts are posted to, as IKC 0.2402 builds it.
  let receipt: String
  let channels: [Channel]
  let session: SessionRecord?
  private let local: Channel?
  private let progress: Mutex<Progress>
  private let completion: Completion

  private struct Progress {
    var request: SubscriptionRequest<ObjectIdentifier>
    /// The kernels that have accepted and want to hear of the end.
    var hearing: Set<ObjectIdentifier> = []
  }

  /// What the states that receipts are posted to begin with.
  static let receiptPrefix = "IKC:receipt "

  init(
    number: UInt64, specifier: Specifier.Parts, channels: [Channel], local: Channel?, session: SessionRecord?,
    completion: @escaping Completion
  ) {
    self.number = number
    self.specifier = specifier
    self.channels = channels
    self.local = local
    self.session = session
    self.completion = completion
    receipt = Self.receiptPrefix + "\(number) \(specifier.name)"
    progress = Mutex(
      Progress(
        request: SubscriptionRequest(
          asking: channels.map { ObjectIdentifier($0) }, local: local.map { ObjectIdentifier($0) })))
  }

  /// Whether it has come to an end, one way or the other.
  var hasEnded: Bool { progress.withLock { $0.request.hasEnded } }

  /// Takes what a kernel says. Serial queue.
  func take(_ receipt: SubscriptionReceipt, from channel: Channel, in responder: Responder) {
    switch receipt {
    case .accepted(let accepted, let hearsOfEnd):
      guard accepted.session == specifier.session, accepted.state == specifier.state else {
        if hearsOfEnd { responder.sendUnsubscription(of: accepted, to: channel) }
        return take(
          .refused(refusal("the receipt for \(specifier.name) is for something else", channel)), from: channel,
          in: responder)
      }
      if hearsOfEnd { _ = progress.withLock { $0.hearing.insert(ObjectIdentifier(channel)) } }
      take(.accepted, from: channel, in: responder)
    case .refused(let text):
      take(
        .refused(refusal(text ?? "the receipt for \(specifier.name) makes no sense", channel)), from: channel,
        in: responder)
    }
  }

  private func refusal(_ text: String, _ channel: Channel) -> IKCError {
    IKCError(.refused, text, peer: channel.name, specifier: specifier.name)
  }

  /// Takes how a kernel took it, or its end. Serial queue.
  func take(
    _ answer: SubscriptionRequest<ObjectIdentifier>.Answer, from channel: Channel, in responder: Responder
  ) {
    finish(progress.withLock { $0.request.take(answer, from: ObjectIdentifier(channel)) }, in: responder)
  }

  /// Ends it without waiting any longer. Serial queue.
  func giveUp(_ error: IKCError, in responder: Responder) {
    finish(progress.withLock { $0.request.giveUp(error) }, in: responder)
  }

  /// Ends it because nobody waits any more. Serial queue.
  func cancel(_ error: IKCError, in responder: Responder) {
    finish(progress.withLock { $0.request.cancel(error) }, in: responder)
  }

  private func finish(_ outcome: SubscriptionRequest<ObjectIdentifier>.Outcome?, in responder: Responder) {
    guard let outcome else { return }
    // Receipts that come from now on are late.
    responder.forget(self)
    switch outcome {
    case .failed(let error):
      takeBackLocal(in: responder)
      let error = error.naming(specifier: specifier.name)
      if error.code != .cancelled { responder.report(error, during: .subscribe, hasReachedCaller: true) }
      completion(.failure(error))
    case .accepted(let winner):
      guard let channel = channels.first(where: { ObjectIdentifier($0) == winner }) else { return }
      if channel !== local { takeBackLocal(in: responder) }
      let hearsOfEnd = progress.withLock { $0.hearing.contains(winner) }
      completion(responder.makeProxy(for: self, at: channel, hearsOfEnd: hearsOfEnd))
    }
  }

  /// This kernel itself may have accepted where another one has won.
  private func takeBackLocal(in responder: Responder) {
    guard let local, progress.withLock({ $0.request.hasLocalAccepted }) else { return }
    responder.sendUnsubscription(of: specifier, to: local)
  }
}
