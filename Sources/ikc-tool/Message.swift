import ArgumentParser
import IKC

/// What to send where: the arguments of `call` and `post`.
struct Message: ParsableArguments {
  @Argument(
    help: ArgumentHelp("poe://kernel/session/state, or session/state at the peer.", valueName: "spec"),
    transform: place)
  var specifier: Specifier

  @Argument(help: ArgumentHelp("The parameters; undef without.", valueName: "json"))
  var parameters: String?

  /// Where to, with the peer as the kernel unless the specifier names one.
  func destination(at peer: Channel) -> Specifier {
    guard specifier.kernel.isEmpty else { return specifier }
    return Specifier(kernel: peer.name, session: specifier.session, state: specifier.state, args: specifier.args)
  }

  /// The parameters, read from their JSON.
  func value() throws(Failure) -> Value {
    guard let parameters else { return .undef }
    do {
      return try Value(json: parameters)
    } catch {
      throw Failure(.unreadable, "the parameters are no JSON: \(error.message)")
    }
  }

  /// Reads a specifier of a state from the command line.
  private static func place(_ text: String) throws -> Specifier {
    let specifier: Specifier
    do {
      specifier = try Specifier(text)
    } catch {
      throw ValidationError(error.message)
    }
    guard !specifier.session.isEmpty, !specifier.state.isEmpty else {
      throw ValidationError("\"\(text)\" names no session and state; write session/state")
    }
    return specifier
  }
}
