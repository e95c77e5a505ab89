import Testing

@testable import IKC

struct SubscriptionRequestTests {
  /// What kernels do, in order, and what comes of it; "local" is the asking kernel itself.
  @Test(arguments: [
    ("a+", "a"), ("a-", "refused"), ("a- b+", "b"), ("b+ a+", "b"), ("local- a+", "a"), ("local+ b+", "b"),
    ("local+ a- b-", "local"), ("local- a- b-", "refused"), ("a+ a-", "a"), ("local+ !", "local"), ("a- !", "timedOut"),
    ("stranger+ !", "timedOut"), ("a- a- a-", "open"),
  ])
  func `the first other kernel that accepts wins`(_ answers: String, _ expected: String) {
    let names =
      answers == "a+" || answers == "a-" ? ["a"] : ["a", "b", "local"]
    var request = SubscriptionRequest(asking: names, local: "local")
    var outcomes: [String] = []
    for answer in answers.split(separator: " ") {
      let outcome =
        answer == "!"
        ? request.giveUp(IKCError(.timedOut, "time"))
        : request.take(
          answer.last == "+" ? .accepted : .refused(IKCError(.refused, "no")), from: String(answer.dropLast()))
      switch outcome {
      case .accepted(let kernel): outcomes.append(kernel)
      case .failed(let error): outcomes.append(error.code.description)
      case nil: break
      }
    }
    #expect(outcomes == (expected == "open" ? [] : [expected]))
  }

  @Test(arguments: [[], ["local"], ["a"]])
  func `who waits no more gets nothing, whoever has accepted or accepts later`(_ accepted: [String]) {
    var request = SubscriptionRequest(asking: ["a", "b", "local"], local: "local")
    for name in accepted { _ = request.take(.accepted, from: name) }
    let outcome = request.cancel(IKCError(.cancelled, "cancelled"))
    if accepted == ["a"] {
      #expect(outcome == nil)
    } else if case .failed(let error) = outcome {
      #expect(error.code == .cancelled)
    } else {
      Issue.record("it goes on")
    }
    for name in ["a", "b", "local"] { #expect(request.take(.accepted, from: name) == nil) }
    #expect(request.hasEnded && request.giveUp(IKCError(.timedOut, "time")) == nil)
    #expect(request.cancel(IKCError(.cancelled, "again")) == nil)
  }
}
