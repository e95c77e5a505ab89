import ArgumentParser
import IKC

struct Published: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells what a kernel publishes.",
    discussion: """
      With specifiers: prints for each of them, a session or session/state, whether the kernel publishes it, and ends \
      with status 1 where it does not publish all. Without: lists all sessions with their states, which only Swift \
      kernels tell; a Perl kernel can only be asked for what you name.

      EXAMPLES
        ikc published --connect tcp://127.0.0.1:6031
        ikc published --connect tcp://127.0.0.1:6031 timeserver timeserver/time
      """
  )

  @OptionGroup var peer: PeerOptions

  @Flag(help: "Print one JSON object: states by session, or true and false by specifier.")
  var json = false

  @Argument(help: ArgumentHelp("What to ask for: a session, or session/state.", valueName: "spec"), transform: place)
  var places: [Place] = []

  /// What to ask for.
  struct Place: Sendable {
    /// As it was written.
    let text: String
    let specifier: Specifier
  }

  func run() async throws {
    let (lines, isComplete) = try await Peer.withConnection(peer) { connected in
      places.isEmpty ? (try await list(connected), true) : try await ask(connected)
    }
    for line in lines { try Process.print(line) }
    if !isComplete { throw Failure(.peerError, "the kernel does not publish all of them") }
  }

  /// All that a Swift kernel publishes.
  private func list(_ connected: Peer) async throws -> [String] {
    let place = Specifier(kernel: connected.channel.name, session: "IKC", state: "published")
    let sessions: Value
    do throws(IKCError) {
      sessions = try await connected.kernel.call(place, as: Value.self, timeout: peer.limit)
    } catch {
      guard error.code == .remote else { throw error }
      throw Failure(.peerError, "the kernel does not list what it publishes; name what to ask for: \(error.message)")
    }
    if json { return [String(decoding: try sessions.json(), as: UTF8.self)] }
    return (sessions.hash ?? [:]).flatMap { session, states in
      (states.array ?? []).map { "\(session)/\($0.text ?? "")" }
    }
  }

  /// Whether a kernel publishes what is named.
  private func ask(_ connected: Peer) async throws -> ([String], Bool) {
    let name = connected.channel.name
    var answers: [(String, Bool)] = []
    for place in places {
      let asked: Value = [
        "kernel": .string(name), "session": .string(place.specifier.session),
        "state": .string(place.specifier.state),
      ]
      let answer = try await connected.kernel.call(
        Specifier(kernel: name, session: "IKC", state: "do_you_have"), [asked, .string(connected.kernel.id)],
        as: Value.self, timeout: peer.limit)
      // Accepted: the specifier and the kernel's id; refused: a sentence.
      answers.append((place.text, answer.array != nil))
    }
    let isComplete = answers.allSatisfy(\.1)
    guard json else { return (answers.map { "\($0.1 ? "published" : "refused") \($0.0)" }, isComplete) }
    let hash = Value.Hash(answers.map { (Value.Hash.Key($0.0), .bool($0.1)) })
    return ([String(decoding: try Value.hash(hash).json(), as: UTF8.self)], isComplete)
  }

  /// Reads a session or session/state from the command line.
  static func place(_ text: String) throws -> Place {
    // A word alone is a session here; IKC would take it for a state.
    let isWord = !text.contains("/") && !text.hasPrefix("poe:")
    do {
      let specifier = try isWord ? Specifier("poe:/" + text) : Specifier(text)
      guard !specifier.session.isEmpty else { throw ValidationError("\"\(text)\" names no session") }
      return Place(text: text, specifier: specifier)
    } catch let error as IKCError {
      throw ValidationError(error.message)
    }
  }
}
