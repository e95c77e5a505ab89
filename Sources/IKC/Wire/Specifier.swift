/// The address of an event: kernel, session and state, as in `poe://Pulse/timeserver/time`.
///
/// As text it takes the two forms of IKC 0.2402: the long one, `poe:[//[kernel]][/session][[/]state][?args]`, and the
/// short one, `[//kernel/][session/][state][?args]`.
///
/// | part | may hold |
/// |---|---|
/// | kernel | `*` for all kernels; letters, digits, `_ . -` and blanks; `host:port`; `unix:` and a mangled path |
/// | session, state | letters, digits, `_ -` and blanks |
/// | args | letters, digits and `_`; handed to the handler behind the parameters |
///
/// A part that is `0` counts as absent, and `poe:x` is the state `x` while `poe:/x` is the session `x`.
///
/// A literal is taken as it stands and neither parsed nor copied, so that it costs nothing to write one where it is
/// used; if it is no specifier, every operation that is given it throws ``IKCError/Code/invalidSpecifier``.
public struct Specifier: Sendable {
  /// What the specifier was made from, which is also how it goes over the wire: a text as text, parts as a hash.
  enum Form: Sendable {
    case text(String)
    indirect case parts(Parts)
  }

  let form: Form
  /// The text that it was made from, or its parts in the long form: what is known of a place is found by it.
  let key: String

  /// Takes parts as they are, such as those of a hash that a peer sent.
  init(_ parts: Parts) {
    form = .parts(parts)
    key = parts.args.map { parts.name + "?" + $0 } ?? parts.name
  }

  /// Parses a specifier.
  ///
  /// Swift takes `Specifier("…")` with a literal in place of a variable for the literal itself, which does not throw.
  ///
  /// - Parameter text: a specifier in the long or the short form.
  /// - Throws: ``IKCError/Code/invalidSpecifier`` if it is neither.
  public init(_ text: String) throws(IKCError) {
    form = .text(text)
    key = text
    _ = try parts()
  }

  /// Makes a specifier from its parts, which are not checked: a peer takes what a text could not hold.
  ///
  /// - Parameters:
  ///   - kernel: a name or id of a kernel, `*` for all, or empty for the default one.
  ///   - session: the alias of a session.
  ///   - state: the name of an event; empty where the session as a whole is meant.
  ///   - args: what the handler gets behind the parameters.
  public init(kernel: String = "", session: String, state: String = "", args: String? = nil) {
    self.init(Parts(kernel: kernel, session: session, state: state, args: args))
  }

  /// The text that it was made from; nil if it was made from parts.
  var text: String? {
    if case .text(let text) = form { text } else { nil }
  }

  /// Its parts.
  func parts() throws(IKCError) -> Parts {
    switch form {
    case .parts(let parts): return parts
    case .text(let text):
      guard let parts = Parts(parsing: text) else {
        throw IKCError(
          .invalidSpecifier,
          "\"\(Self.excerpt(text))\" is no specifier; write poe://kernel/session/state or session/state",
          specifier: Self.excerpt(text))
      }
      return parts
    }
  }

  /// The kernel that a message to it goes to; nil where it names no session and state, which a message needs.
  func destinationKernel() throws(IKCError) -> String? {
    // Of parts that are there already nothing but the name is copied.
    if case .parts(let parts) = form { return parts.canBeDestination ? parts.kernel : nil }
    let parts = try parts()
    return parts.canBeDestination ? parts.kernel : nil
  }

  /// The specifier itself, once it is known to be one.
  ///
  /// - Throws: ``IKCError/Code/invalidSpecifier`` if it was made from a literal that is none.
  public func validated() throws(IKCError) -> Specifier {
    _ = try parts()
    return self
  }

  /// Whether it is a specifier; only one made from a literal can be none.
  public var isValid: Bool { (try? parts()) != nil }

  /// The kernel part; empty if absent or if the specifier is not valid.
  public var kernel: String { (try? parts())?.kernel ?? "" }

  /// The session part; empty if absent or if the specifier is not valid.
  public var session: String { (try? parts())?.session ?? "" }

  /// The state part; empty if absent or if the specifier is not valid.
  public var state: String { (try? parts())?.state ?? "" }

  /// The text behind `?`; nil if there is none.
  public var args: String? { (try? parts())?.args }

  /// Enough of a text to recognise it in a message.
  private static func excerpt(_ text: String) -> String {
    text.utf8.count <= 200 ? text : text.prefix(200) + "…"
  }
}

extension Specifier: ExpressibleByStringLiteral {
  /// Keeps the literal as it is.
  public init(stringLiteral text: String) {
    form = .text(text)
    key = text
  }
}

extension Specifier: Hashable {
  /// Whether both name the same place, however they are written.
  public static func == (left: Specifier, right: Specifier) -> Bool {
    if case .text(let first) = left.form, case .text(let second) = right.form, first.utf8.elementsEqual(second.utf8) {
      return true
    }
    guard let first = try? left.parts(), let second = try? right.parts() else { return false }
    return first == second
  }

  /// Hashes the parts, or the text where that is no specifier.
  public func hash(into hasher: inout Hasher) {
    if let parts = try? parts() { hasher.combine(parts) } else { hasher.combine(text) }
  }
}

extension Specifier: CustomStringConvertible {
  /// The text that it was made from, or its parts in the long form.
  public var description: String { key }
}
