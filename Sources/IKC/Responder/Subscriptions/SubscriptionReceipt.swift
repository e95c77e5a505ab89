/// What a kernel says to the question whether it can be subscribed to.
enum SubscriptionReceipt {
  /// It can; `hearsOfEnd` where the kernel wants to be told when the subscription ends.
  case accepted(Specifier.Parts, hearsOfEnd: Bool)
  /// It can't, in its own words.
  case refused(String?)

  /// Reads the parameters of an answer to `do_you_have`: specifier and kernel id, or a text. A Swift kernel adds the
  /// state of `IKC` that hears of the end, which IKC 0.2402 does not look at.
  init(_ params: Value) {
    guard let list = params.array else {
      self = .refused(params.text)
      return
    }
    guard let specifier = list.first.flatMap({ Specifier.Parts($0) }) else {
      self = .refused(nil)
      return
    }
    self = .accepted(specifier, hearsOfEnd: list.count > 2 && list[2].text == Responder.unsubscribeState)
  }
}
