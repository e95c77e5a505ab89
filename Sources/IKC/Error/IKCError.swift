/// What went wrong, with whom, over what: the one error type of this library.
///
/// Errors compare by meaning: two are equal where code, peer, specifier and sentence are.
public struct IKCError: Error, Sendable {
  private final class Storage: Sendable {
    let code: Code
    let message: String
    let peer: String?
    let specifier: String?

    init(code: Code, message: String, peer: String?, specifier: String?) {
      self.code = code
      self.message = message
      self.peer = peer
      self.specifier = specifier
    }
  }

  // One word, so that results and typed throws stay cheap where nothing fails.
  private let storage: Storage

  /// The kind of failure, to branch on.
  public var code: Code { storage.code }

  /// One sentence for people: what happened and, for a caller's mistake, what to do.
  public var message: String { storage.message }

  /// The kernel or address at the other end, where there is one.
  public var peer: String? { storage.peer }

  /// The specifier that the failed operation was for, where there is one.
  public var specifier: String? { storage.specifier }

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: the kind of failure.
  ///   - message: one sentence for people.
  ///   - peer: the kernel or address at the other end.
  ///   - specifier: what the operation was for, as text.
  public init(_ code: Code, _ message: String, peer: String? = nil, specifier: String? = nil) {
    storage = Storage(code: code, message: message, peer: peer, specifier: specifier)
  }

  /// The same error, naming `peer` and `specifier` where it named none.
  func naming(peer: String? = nil, specifier: String? = nil) -> IKCError {
    IKCError(code, message, peer: self.peer ?? peer, specifier: self.specifier ?? specifier)
  }
}

extension IKCError: Equatable {
  /// Whether both tell of the same failure.
  public static func == (left: IKCError, right: IKCError) -> Bool {
    left.code == right.code && left.message == right.message && left.peer == right.peer
      && left.specifier == right.specifier
  }
}

extension IKCError: CustomStringConvertible {
  /// Code, sentence, and the peer and specifier where known, on one line.
  public var description: String {
    var text = "\(code): \(message)"
    if let peer { text += " [peer \(peer)]" }
    if let specifier { text += " [\(specifier)]" }
    return text
  }
}
