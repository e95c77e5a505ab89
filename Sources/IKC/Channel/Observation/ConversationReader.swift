/// Reads along what two kernels say to each other: the lines of their negotiation, then their messages.
///
/// Bytes in, items out: it answers nothing and asks for nothing, so that it can stand beside any connection. It follows
/// what the two come to, whichever of them decides: when lines end and frames begin, and in which serializer. What it
/// can't read it says, and goes on where that is possible.
package struct ConversationReader {
  /// Who said it.
  package enum Side: String, Sendable {
    case client, server
  }

  /// Something that was said.
  package enum Item: Sendable {
    /// A line of the negotiation, without its end.
    case line(String)
    /// Frames follow, in both directions.
    case agreed(NegotiationProtocol, serializer: String)
    case message(ObservedMessage)
    /// A frame whose body of that size is no message that can be read.
    case unreadable(String, size: Int)
    /// What this side says from here on can't be read.
    case lost(String)
  }

  private enum Mode {
    case lines
    /// The client said SETUP or WORLD: the answer tells what its next bytes are.
    case waiting
    case frames
    case lost
  }

  private struct Stream {
    var input = InputBuffer()
    var mode = Mode.lines
  }

  /// What the client said that is to be answered, in order.
  private enum Expectation {
    case setup, world, other
    /// A package that was proposed.
    case freezer(String)
  }

  private static let maximumLineLength = 1 << 20

  private let serializers: [any Serializer]
  private let maximumFrameLength: Int
  private var client = Stream()
  private var server = Stream()
  private var expectations: [Expectation] = []
  private var hasGreeted = false
  /// The package that was accepted in the classic negotiation.
  private var accepted: String?
  private var serializer: (any Serializer)?
  private var package = ""

  /// A reader for a new connection.
  ///
  /// - Parameters:
  ///   - serializers: those whose messages it can read.
  ///   - maximumFrameLength: a longer frame is given up, and with it all that its sender says after it.
  package init(serializers: [any Serializer], maximumFrameLength: Int = 100 << 20) {
    self.serializers = serializers
    self.maximumFrameLength = maximumFrameLength
  }

  /// Takes what one side said.
  ///
  /// - Parameter body: gets each item that is complete with it, and who said it.
  package mutating func read(_ bytes: UnsafeRawBufferPointer, from side: Side, _ body: (Side, Item) -> Void) {
    switch side {
    case .client:
      client.input.append(bytes)
      if client.mode == .waiting, client.input.count > maximumFrameLength {
        giveUp(.client, "more than \(maximumFrameLength) bytes came before the answer to its last line", body)
      }
    case .server:
      server.input.append(bytes)
      advance(.server, body)
    }
    advance(.client, body)
  }

  /// Takes it that one side says no more. What the client said while it waited for an answer is taken for what it looks
  /// like.
  package mutating func end(of side: Side, _ body: (Side, Item) -> Void) {
    guard client.mode == .waiting else { return }
    client.mode = client.input.first?.isDigit == true ? .frames : .lines
    advance(.client, body)
  }

  /// Takes off all that is complete.
  private mutating func advance(_ side: Side, _ body: (Side, Item) -> Void) {
    do throws(IKCError) {
      while try takeItem(from: side, body) {}
    } catch {
      giveUp(side, error.message, body)
    }
  }

  private mutating func giveUp(_ side: Side, _ reason: String, _ body: (Side, Item) -> Void) {
    body(side, .lost(reason))
    switch side {
    case .client: client = Stream(mode: .lost)
    case .server: server = Stream(mode: .lost)
    }
  }

  /// Takes one line or frame; false where none is complete.
  private mutating func takeItem(from side: Side, _ body: (Side, Item) -> Void) throws(IKCError) -> Bool {
    var stream = side == .client ? client : server
    // The buffer has one owner while it changes.
    if side == .client { client.input = InputBuffer() } else { server.input = InputBuffer() }
    defer { if side == .client { client.input = stream.input } else { server.input = stream.input } }
    switch stream.mode {
    case .waiting: return false
    case .lost:
      _ = stream.input.takeAll()
      return false
    case .lines:
      let taken = try stream.input.takeLine(limit: Self.maximumLineLength) { line in
        body(side, .line(String(decoding: line, as: UTF8.self)))
        let line = NegotiationLine(line)
        if side == .client { clientSaid(line) } else { serverSaid(line, body) }
        return true
      }
      return taken == true
    case .frames:
      let taken = try stream.input.takeFrame(limit: maximumFrameLength) { frame in
        body(side, item(for: frame))
        return true
      }
      return taken == true
    }
  }

  private func item(for frame: UnsafeRawBufferPointer) -> Item {
    guard let serializer else {
      let reason = package.isEmpty ? "no serializer was agreed on" : "the serializer \(package) is not known here"
      return .unreadable(reason, size: frame.count)
    }
    do throws(IKCError) {
      let value = try serializer.decode(frame)
      guard let message = Message(value) else { return .unreadable("it is no hash", size: frame.count) }
      return .message(ObservedMessage(message, value: value, size: frame.count))
    } catch {
      return .unreadable(error.message, size: frame.count)
    }
  }

  // MARK: Negotiation

  private mutating func clientSaid(_ line: NegotiationLine) {
    // Whoever says more than this without an answer is not negotiating.
    guard expectations.count < 2_048 else { return }
    switch line {
    case .setup:
      expectations.append(.setup)
      client.mode = .waiting
    case .world:
      expectations.append(.world)
      if hasGreeted { client.mode = .waiting }
    case .freezer(let package):
      expectations.append(.freezer(String(decoding: package, as: UTF8.self)))
    case .hello:
      hasGreeted = true
      expectations.append(.other)
    case .helloVersion, .iam, .ok, .up:
      expectations.append(.other)
    case .done, .not:
      break
    case .unknown, .bareSetup:
      // Before HELLO a server passes over what it does not know.
      if hasGreeted { expectations.append(.other) }
    }
  }

  private mutating func serverSaid(_ line: NegotiationLine, _ body: (Side, Item) -> Void) {
    let expectation = expectations.isEmpty ? nil : expectations.removeFirst()
    switch (line, expectation) {
    case (.setup(let fields), _):
      let setup = SetupLine(parsing: fields, maximum: NegotiationLimit.names)
      if !setup.isMalformed, setup.packages.count == 1 {
        agree(.ikc0, setup.packages[0], body)
      } else {
        goOnWithLines()
      }
    case (.up, _) where client.mode == .waiting:
      // Without an accepted package it is the default of IKC 0.2402.
      agree(.ikc, accepted ?? "Storable", body)
    case (.ok, .freezer(let package)): accepted = package
    case (.not, .freezer): accepted = nil
    case (_, .setup), (.not, .world): goOnWithLines()
    default: break
    }
  }

  private mutating func goOnWithLines() {
    if client.mode == .waiting { client.mode = .lines }
  }

  private mutating func agree(_ negotiation: NegotiationProtocol, _ package: String, _ body: (Side, Item) -> Void) {
    self.package = package
    serializer = serializers.first { $0.package == package }
    client.mode = .frames
    server.mode = .frames
    body(.server, .agreed(negotiation, serializer: package))
  }
}
