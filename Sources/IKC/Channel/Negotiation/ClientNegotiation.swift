/// The client's side of a negotiation: takes the server's lines, writes the answers.
///
/// ```
/// settingUp ─ SETUP ────────────────────────────────────────────────────────> over
///     └─ NOT ─> listening ─ DONE ─> announcing ─ OK ─> choosing ─ OK ─> entering ─ UP ─> over
/// ```
/// It answers as IKC 0.2402 does, what it does not know with `NOT`. Where that peer would wait for ever, since the
/// server said `NOT` and nothing is left to offer, this one fails.
struct ClientNegotiation: Sendable {
  private enum Phase {
    /// Nothing was sent.
    case silent
    /// SETUP was sent.
    case settingUp
    /// HELLO was sent; the server tells its names.
    case listening
    /// The server is to acknowledge one own name after the other.
    case announcing
    /// A package was proposed.
    case choosing
    /// WORLD was sent.
    case entering
    case over
  }

  private let identity: LocalIdentity
  private let peerAddress: String
  private var phase = Phase.silent
  private var lines = 0
  private var peer = PeerNames()
  private var announcement = NameAnnouncement()
  /// Whether the server has acknowledged the own id.
  private var isIntroduced = false
  private var proposal = 0

  /// Prepares to speak first.
  ///
  /// - Parameter peerAddress: the address that was dialled, as ``KernelName`` writes it: one of the server's names, and
  ///   its id if it announces none.
  init(_ identity: LocalIdentity, peerAddress: String) {
    self.identity = identity
    self.peerAddress = peerAddress
  }

  /// Appends the first line to `reply`.
  mutating func start(reply: inout ByteWriter) {
    switch identity.negotiation {
    case .ikc0:
      identity.setup(identity.proposals).write(to: &reply)
      phase = .settingUp
    case .ikc:
      reply.write(line: "HELLO")
      phase = .listening
    }
  }

  /// Takes the next line, which comes without its end, and appends the answer to `reply`.
  mutating func receive(line: UnsafeRawBufferPointer, reply: inout ByteWriter) -> NegotiationOutcome {
    lines += 1
    guard lines <= NegotiationLimit.lines else {
      return fail("the server sent more than \(NegotiationLimit.lines) lines without coming to terms")
    }
    let line = NegotiationLine(line)
    switch phase {
    case .silent: return fail("the server spoke before this kernel had said anything")
    case .settingUp: return setUp(line, &reply)
    case .listening: return listen(line, &reply)
    case .announcing: return announce(line, &reply)
    case .choosing: return choose(line, &reply)
    case .entering: return enter(line, &reply)
    case .over: return fail("the negotiation is over")
    }
  }

  /// What it means that the connection ends now. No line is taken any more.
  mutating func end() -> IKCError {
    defer { phase = .over }
    return failure("the server closed the connection while it was expected to \(expectation)")
  }

  /// What it means that the time is up now. No line is taken any more.
  mutating func timeOut() -> IKCError {
    defer { phase = .over }
    return failure("the server did not \(expectation) in time")
  }

  private mutating func setUp(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .setup(let fields):
      let setup = SetupLine(parsing: fields, maximum: NegotiationLimit.names)
      guard !setup.isMalformed, setup.packages.count == 1 else {
        reply.write(line: "NOT")
        return .more
      }
      // The server has switched to that package, so that there is nothing left to talk about.
      guard identity.has(setup.packages[0]) else {
        return fail("the server chose the serializer \(setup.packages[0].prefix(100)), which is not known here")
      }
      phase = .over
      return .established(setup.negotiated(serializer: setup.packages[0], peerAddress: peerAddress))
    case .not:
      reply.write(line: "HELLO")
      phase = .listening
    default:
      reply.write(line: "NOT")
    }
    return .more
  }

  private mutating func listen(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .iam(let name):
      switch peer.add(name) {
      case .taken: reply.write(line: "OK")
      case .refused: reply.write(line: "NOT")
      case .tooMany: return fail("the server has more than \(NegotiationLimit.names) names")
      }
    case .done:
      // To leave a name out would make this kernel one that peers can't address as its users expect.
      if let name = ([identity.id] + identity.names).first(where: { !KernelName.isAnnounceable($0) }) {
        return fail("the classic negotiation can't carry the name \"\(name)\": use no blanks")
      }
      reply.write(line: "IAM", identity.id)
      announcement = NameAnnouncement(identity)
      phase = .announcing
    case .not: return fail("the server refused HELLO")
    default: reply.write(line: "NOT")
    }
    return .more
  }

  private mutating func announce(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .ok: isIntroduced = true
    case .not:
      guard isIntroduced else { return fail("the server refused the name \"\(identity.id)\"") }
    // A refused alias is just not used there.
    default:
      reply.write(line: "NOT")
      return .more
    }
    if let name = announcement.next() {
      reply.write(line: "IAM", name)
      return .more
    }
    guard let package = identity.proposals.first else { return fail("this kernel has no serializer to propose") }
    reply.write(line: "DONE")
    reply.write(line: "FREEZER", package)
    phase = .choosing
    return .more
  }

  private mutating func choose(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .ok: break
    case .not:
      proposal += 1
      if proposal < identity.proposals.count {
        reply.write(line: "FREEZER", identity.proposals[proposal])
        return .more
      }
      guard identity.defaultSerializer != nil else {
        return fail("the server has none of the serializers \(identity.proposals.joined(separator: ", "))")
      }
    default:
      reply.write(line: "NOT")
      return .more
    }
    reply.write(line: "WORLD")
    phase = .entering
    return .more
  }

  private mutating func enter(_ line: NegotiationLine, _ reply: inout ByteWriter) -> NegotiationOutcome {
    switch line {
    case .up:
      let accepted = proposal < identity.proposals.count ? identity.proposals[proposal] : identity.defaultSerializer
      guard let accepted else { return fail("no serializer was agreed on") }
      phase = .over
      return .established(peer.negotiated(serializer: accepted, peerAddress: peerAddress))
    case .not: return fail("the server refused WORLD")
    default:
      reply.write(line: "NOT")
      return .more
    }
  }

  private var expectation: String {
    switch phase {
    case .silent: "wait for this kernel"
    case .settingUp: "answer SETUP"
    case .listening: "answer HELLO and tell its names"
    case .announcing: "acknowledge the names of this kernel"
    case .choosing: "accept a serializer"
    case .entering: "answer WORLD"
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
