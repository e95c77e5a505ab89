extension Specifier.Parts {
  /// The specifier in a field of a message: text, or a hash of the parts; nil where it is neither.
  init?(_ value: Value) {
    switch value {
    case .hash(let hash):
      self.init(
        kernel: hash["kernel"]?.text ?? "", session: hash["session"]?.text ?? "", state: hash["state"]?.text ?? "",
        args: hash["args"]?.text)
    case .special(.object(let object)):
      self.init(object.content)
    default:
      guard let text = value.text else { return nil }
      self.init(parsing: text)
    }
  }

  /// The parts as a hash, the way they stand in messages.
  var value: Value {
    .hash(["kernel": .string(kernel), "session": .string(session), "state": .string(state)])
  }
}

extension Specifier.Parts {
  /// The same with another kernel or state.
  func replacing(kernel: String? = nil, state: String? = nil) -> Self {
    Self(kernel: kernel ?? self.kernel, session: session, state: state ?? self.state, args: args)
  }
}

extension Specifier {
  /// Whether a text can be the name of a session or a state: letters, digits, `_`, `-` and blanks, other than `0`.
  static func isSessionName(_ name: String) -> Bool {
    !name.isEmpty && name != "0" && name.utf8.allSatisfy { $0.isWord || $0 == .dash || $0 == .blank }
  }

  /// The text that goes on the wire, always in the long form. Messages are cached by it.
  var wireText: String {
    if case .text(let text) = form, !text.utf8.starts(with: "poe:".utf8), let parts = Parts(parsing: text) {
      return Specifier(parts).key
    }
    return key
  }
}
