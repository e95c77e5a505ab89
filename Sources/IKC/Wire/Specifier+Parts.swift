extension Specifier {
  /// What a specifier is made of. An absent part is the empty string.
  ///
  /// Parts that came as a hash may hold what the grammar of texts refuses, such as the state `IKC:proxy`.
  struct Parts: Sendable, Hashable {
    let kernel: String
    let session: String
    let state: String
    let args: String?

    /// Takes the parts as they are, except that `0` stands for an absent one.
    init(kernel: String = "", session: String = "", state: String = "", args: String? = nil) {
      self.kernel = kernel == "0" ? "" : kernel
      self.session = session == "0" ? "" : session
      self.state = state == "0" ? "" : state
      self.args = args
    }

    /// The parts of the specifier in `bytes`; nil where they are none.
    ///
    /// - Parameter unicode: whether the bytes are UTF-8, in which letters beyond ASCII count as letters.
    init?(parsing bytes: UnsafeRawBufferPointer, unicode: Bool) {
      guard let found = SpecifierScanner.scan(bytes, unicode: unicode) else { return nil }
      kernel = String(decoding: bytes[found.kernel], as: UTF8.self)
      session = String(decoding: bytes[found.session], as: UTF8.self)
      state = String(decoding: bytes[found.state], as: UTF8.self)
      args = found.args.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The parts of the specifier in `text`; nil where it is none.
    init?(parsing text: String) {
      var text = text
      guard let parts = text.withUTF8({ Parts(parsing: UnsafeRawBufferPointer($0), unicode: true) }) else { return nil }
      self = parts
    }

    /// The parts of `text` as the destination of a post: a text without `poe:` in front is read as if it had `poe://`,
    /// so that its first part is the kernel.
    init?(parsingDestination text: String) {
      self.init(
        parsing: text.utf8.starts(with: "poe:".utf8) ? text : text.isEmpty || text == "0" ? "" : "poe://" + text)
    }

    /// Whether a message can go there.
    var canBeDestination: Bool { !session.isEmpty && !state.isEmpty }

    /// `poe://kernel/session/state`, absent parts left out and `args` never written. A state without a session does
    /// not survive reading that again.
    var name: String {
      var name = "poe:"
      name.reserveCapacity(8 + kernel.utf8.count + session.utf8.count + state.utf8.count)
      for (separator, part) in [("//", kernel), ("/", session), ("/", state)] where !part.isEmpty {
        name.append(separator)
        name.append(part)
      }
      return name
    }
  }
}
