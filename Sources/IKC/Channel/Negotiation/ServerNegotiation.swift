/// The server's side of a negotiation: takes the client's lines, writes the answers.
///
/// ```
/// greeting ── SETUP ─────────────────────────────────────────────> over
///     └─ HELLO ─> announcing ─ DONE ─> learning ─ DONE ─> choosing ─ WORLD ─> over
/// ```
/// It answers as IKC 0.2402 does: in the greeting what it does not know is passed over, later it is answered `NOT`.
struct ServerNegotiation: Sendable {
  private enum Phase {
    /// Nothing is settled; the client is to say SETUP or HELLO.
    case greeting
    /// The client is to acknowledge one own name after the other.
    case announcing
    /// The client tells its names.
    case learning
    /// The client proposes packages, then enters.
    case choosing
    case over
  }

  private let identity: LocalIdentity
  private let peerAddress: String
  private let isShared: Bool
  private var phase = Phase.greeting
  private var lines = 0
  private var announcement = NameAnnouncement()
  private var peer = PeerNames()
  private var serializer: String?

  /// Waits for a client.
  ///
  /// - Parameters:
  ///   - peerAddress: the client's address as ``KernelName`` writes it: one of its names, and its id if it announces none.
  ///   - isShared: whether all clients have that address, as those of a unix socket have: it is then no further name of one.
  init(_ identity: LocalIdentity, peerAddress: String, isShared: Bool = false) {
    self.isShared = isShared
    self.identity = identity
    self.peerAddress = peerAddress
    serializer = identity.defaultSerializer
  }

  /// Takes the next line, which comes without its end, and appends the answer to `reply`.
  mutating func receive(line: UnsafeRawBufferPointer, reply: inout ByteWriter) -> NegotiationOutcome {
    lines += 1
    guard lines <= NegotiationLimit.lines else {
      return fail("the client sent more than \(NegotiationLimit.lines) lines without coming to terms")
    }
    let line = NegotiationLine(line)
    switch phase {
    case .greeting: return greet(line, &reply)
    case .announcing: announce(line, &reply)
    case .learning: return learn(line, &reply)
    case .choosing: return choose(line, &reply)
    case .over: return fail("the negotiation is over")
    }
    return .more
  }

  /// What it means that the connection ends now. No line is taken any more.
  mutating func end() -> IKCError {
    defer { phase = .over }
    return failure("the client closed the connection while it was expected to \(expectation)")
  }

  /// What it means that the time is up now. No line is taken any more.
  mutating func timeOut() -> IKCError {
    defer { phase = .over }
    return failure("the client did not \(expectation) in time")
  }

  private mutating func greet(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .hello:
      reply.write(line: "IAM", identity.id)
      announcement = NameAnnouncement(identity)
      phase = .announcing
    case .helloVersion:
      reply.write(line: "NOT")
    case .setup(let fields) where identity.negotiation == .ikc0:
      return setUp(SetupLine(parsing: fields, maximum: NegotiationLimit.names), &reply)
    case .setup, .bareSetup:
      if identity.negotiation == .ikc { reply.write(line: "NOT") }
    default:
      break
    }
    return .more
  }

  private mutating func setUp(_ setup: SetupLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    guard !setup.isMalformed, let package = setup.packages.first(where: { identity.has($0) }) else {
      reply.write(line: "NOT")
      return .more
    }
    identity.setup([package]).write(to: &reply)
    phase = .over
    return .established(setup.negotiated(serializer: package, peerAddress: peerAddress, isShared: isShared))
  }

  private mutating func announce(_ line: NegotiationLine, _ reply: inout ByteWriter) {
    switch line {
    case .ok:
      if let name = announcement.next() {
        reply.write(line: "IAM", name)
      } else {
        reply.write(line: "DONE")
        phase = .learning
      }
    case .not: break
    default: reply.write(line: "NOT")
    }
  }

  private mutating func learn(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .iam(let name):
      switch peer.add(name) {
      case .taken: reply.write(line: "OK")
      case .refused: reply.write(line: "NOT")
      case .tooMany: return fail("the client has more than \(NegotiationLimit.names) names")
      }
    case .done: phase = .choosing
    case .not: break
    default: reply.write(line: "NOT")
    }
    return .more
  }

  private mutating func choose(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .freezer(let package):
      let name = String(decoding: package, as: UTF8.self)
      let isKnown = identity.has(name)
      // The last proposal counts: after a refused one the default does, whatever was accepted before.
      serializer = isKnown ? name : identity.defaultSerializer
      if isKnown { reply.write(line: "OK") } else { reply.write(line: "NOT") }
    case .world:
      guard let serializer else { return fail("the client proposed no serializer that is known here") }
      reply.write(line: "UP")
      phase = .over
      return .established(peer.negotiated(serializer: serializer, peerAddress: peerAddress, isShared: isShared))
    case .not: break
    default: reply.write(line: "NOT")
    }
    return .more
  }

  private var expectation: String {
    switch phase {
    case .greeting: identity.negotiation == .ikc0 ? "say SETUP or HELLO" : "say HELLO"
    case .announcing: "acknowledge the names of this kernel"
    case .learning: "tell its names"
    case .choosing: "choose a serializer and enter"
    case .over: "send frames"
    }
  }

  private func failure(_ message: String) -> IKCError {
    IKCError(.negotiationFailed, message, peer: peer.announced.first ?? peerAddress)
  }

  private mutating func fail(_ message: String) -> NegotiationOutcome {
    phase = .over
    return .failed(failure(message))
  }
}
