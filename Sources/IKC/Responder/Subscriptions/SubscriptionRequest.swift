/// What has come of asking kernels for one specifier. A plain value; kernels are known by their channels' identity.
///
/// The first other kernel that accepts wins. This kernel itself, where it is among those asked, wins only when no other
/// one accepts: in IKC 0.2402 its own answer came first and made those of the others void.
struct SubscriptionRequest<Asked: Hashable> {
  /// How one kernel took it.
  enum Answer {
    case accepted
    case refused(IKCError)
  }

  /// What the asker learns.
  enum Outcome {
    case accepted(Asked)
    case failed(IKCError)
  }

  private var waiting: Set<Asked>
  private let local: Asked?
  private(set) var hasLocalAccepted = false
  private var refusal: IKCError?
  private(set) var hasEnded = false

  /// - Parameters:
  ///   - kernels: those that are asked.
  ///   - local: which of them is this one.
  init(asking kernels: [Asked], local: Asked?) {
    waiting = Set(kernels)
    self.local = local
  }

  /// Takes a kernel's answer, or its end. Nil while others may still answer, and for answers that mean nothing.
  mutating func take(_ answer: Answer, from kernel: Asked) -> Outcome? {
    guard !hasEnded, waiting.remove(kernel) != nil else { return nil }
    switch answer {
    case .accepted where kernel == local: hasLocalAccepted = true
    case .accepted: return end(.accepted(kernel))
    case .refused(let error): if refusal == nil || kernel != local { refusal = error }
    }
    return waiting.isEmpty ? end(.failed(refusal ?? IKCError(.refused, "no kernel accepts"))) : nil
  }

  /// Takes it that no more answers come, because of `error`. Nil where it has ended before.
  mutating func giveUp(_ error: IKCError) -> Outcome? {
    hasEnded ? nil : end(.failed(error))
  }

  /// Takes it that nobody waits any more, whoever has accepted. Nil where it has ended before.
  mutating func cancel(_ error: IKCError) -> Outcome? {
    guard !hasEnded else { return nil }
    hasEnded = true
    waiting = []
    return .failed(error)
  }

  private mutating func end(_ outcome: Outcome) -> Outcome {
    hasEnded = true
    waiting = []
    if case .failed = outcome, hasLocalAccepted, let local { return .accepted(local) }
    return outcome
  }
}
