// What is sent, with the keys in the order of IKC 0.2402's ClientLite.
extension LightClient {
  /// A message to a place at the peer.
  struct Outgoing {
    /// Its parts, the kernel's name among them.
    let event: Specifier.Parts
    /// As it is written: a text, or a hash where the specifier was made from parts.
    let written: Value
  }

  /// Where a message goes: to the peer unless the specifier names another kernel, which the peer does not mind.
  func destination(_ specifier: Specifier, at connection: LightConnection) throws(IKCError) -> Outgoing {
    let parts = try specifier.parts()
    guard !parts.session.isEmpty, !parts.state.isEmpty else {
      throw IKCError(
        .invalidSpecifier, "a message needs a session and a state: session/state", specifier: specifier.description)
    }
    let event = parts.kernel.isEmpty ? parts.replacing(kernel: connection.addressableName) : parts
    guard specifier.text != nil else {
      guard case .hash(var hash) = event.value else { return Outgoing(event: event, written: event.value) }
      if let args = event.args { hash["args"] = .string(args) }
      return Outgoing(event: event, written: .hash(hash))
    }
    let text = event.args.map { "\(event.name)?\($0)" } ?? event.name
    return Outgoing(event: event, written: .string(text))
  }

  /// The value that goes out as `params`.
  func value<P: Encodable>(_ params: P) throws(IKCError) -> Value {
    if let value = params as? Value { return value }
    return try ValueEncoder().encode(params)
  }

  /// The session that messages come from; it has no state, so that what is posted back to it comes as it is.
  private var from: Value { ["session": .string(Self.session), "kernel": .string(name)] }

  func post(to place: Outgoing, _ params: Value) -> Value.Hash {
    ["event": place.written, "from": from, "params": params]
  }

  func call(to place: Outgoing, _ params: Value, rsvp: Specifier.Parts, wantArray: Bool) -> Value.Hash {
    [
      "event": place.written, "rsvp": Self.hash(rsvp), "from": from, "wantarray": wantArray ? "1" : "",
      "params": params,
    ]
  }

  func ping(at kernel: String, rsvp: Specifier.Parts) -> Value.Hash {
    ["event": .string("poe://\(kernel)/IKC/ping"), "rsvp": Self.hash(rsvp), "params": "PING"]
  }

  /// Tells a peer that its call was in vain.
  func refusal(of message: Message, _ event: Specifier.Parts?, at kernel: String) -> Value.Hash {
    let request = event ?? Specifier.Parts()
    let text = "Session '\(request.session)' is not available for remote kernels.  Request \(request.name)"
    return [
      "event": Self.hash(Specifier.Parts(kernel: kernel, session: "IKC", state: "remote_error")), "is_error": 1,
      "failed": message.fields["rsvp"] ?? .undef,
      "params": [.string(text), .string(request.kernel), "check"],
    ]
  }

  /// The parts as a hash.
  static func hash(_ parts: Specifier.Parts) -> Value {
    ["state": .string(parts.state), "session": .string(parts.session), "kernel": .string(parts.kernel)]
  }

  /// The message as a frame.
  func frame(_ message: Value.Hash, on connection: LightConnection, specifier: String?) throws(IKCError) -> [UInt8] {
    let body: [UInt8]
    do throws(IKCError) {
      body = try connection.serializer.encode(.hash(message))
    } catch {
      throw error.naming(peer: connection.kernel, specifier: specifier)
    }
    guard body.count <= configuration.maximumFrameLength else {
      throw IKCError(
        .frameTooLong, "a message of \(body.count) bytes exceeds the limit of \(configuration.maximumFrameLength)",
        peer: connection.kernel, specifier: specifier)
    }
    return Array("\(body.count)\0".utf8) + body
  }
}
