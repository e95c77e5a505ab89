/// What a peer reports with `IKC/remote_error`: parameters are text, kernel and when, or just the text.
struct RemoteError {
  /// The peer's text.
  let text: String
  /// At which point the request failed, as IKC 0.2402 names it: `check`, `resolve`.
  let when: String?
  /// The rsvp of the call that failed, as Swift kernels tell it; false where it was no call. Nil from others.
  let failed: Value?

  init(_ params: Value, failed: Value?) {
    let list = params.array
    text = (list == nil ? params : list?.first)?.text ?? "an error without text"
    when = list.flatMap { $0.count > 2 ? $0[2].text : nil }
    self.failed = failed
  }

  /// The specifier of the request that failed, in `<message>.  Request <specifier>[ sent by <specifier>]`.
  var request: Specifier.Parts? {
    // A longer text names no specifier that was called, and would take long to search.
    guard text.utf8.count <= 8_192 else { return nil }
    let mark = ".  Request "
    guard let start = text.lastRangeStart(of: mark) else { return nil }
    let rest = text[start...].dropFirst(mark.count)
    let end = rest.lastRangeStart(of: " sent by ") ?? rest.endIndex
    return Specifier.Parts(parsing: String(rest[..<end]))
  }
}

extension StringProtocol {
  /// Where the last `mark` begins.
  fileprivate func lastRangeStart(of mark: String) -> Index? {
    var index = endIndex
    while index > startIndex {
      index = self.index(before: index)
      if self[index...].hasPrefix(mark) { return index }
    }
    return nil
  }
}
