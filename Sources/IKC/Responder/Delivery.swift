/// One message on its way through a handler: where its fields are, and how it is answered.
///
/// The responder uses the same object again and again; its bytes belong to the transport and are valid during
/// the handler only. Whoever keeps the object beyond that keeps it alive, which the responder notices: it then
/// gives it a copy of the bytes and takes a new object for itself. Not Sendable; it stays on its queue.
final class Delivery {
  let responder: Responder
  private(set) var channel: Channel
  private(set) var body: UnsafeRawBufferPointer
  private(set) var envelope: Envelope
  private(set) var destination: PublishedState?
  private var rare: Rare?
  private var owned: UnsafeMutableRawPointer?
  private var hasAnswered = false

  /// What few messages have.
  struct Rare {
    /// What stands behind `?` in the event.
    var args: String?
    /// The arguments of an event that came through a proxy; it may have any number of them.
    var proxied: [Value]?
  }

  /// A message whose bytes are valid until `detach` is called or the object is let go.
  init(
    responder: Responder, channel: Channel, body: UnsafeRawBufferPointer, envelope: Envelope,
    destination: PublishedState? = nil, rare: Rare? = nil
  ) {
    self.responder = responder
    self.channel = channel
    self.body = body
    self.envelope = envelope
    self.destination = destination
    self.rare = rare
  }

  /// Takes up the next message. The object must not have been kept by anybody else.
  @inline(__always)
  func refill(
    channel: Channel, body: UnsafeRawBufferPointer, envelope: Envelope, destination: PublishedState?, rare: Rare?
  ) {
    if self.channel !== channel { self.channel = channel }
    if self.destination !== destination { self.destination = destination }
    if self.rare != nil || rare != nil { self.rare = rare }
    self.body = body
    self.envelope = envelope
    hasAnswered = false
  }

  deinit { owned?.deallocate() }

  /// Takes a copy of the bytes, so that they outlive the handler.
  func detach() {
    guard owned == nil, let base = body.baseAddress else { return }
    let copy = UnsafeMutableRawPointer.allocate(byteCount: body.count, alignment: 8)
    copy.copyMemory(from: base, byteCount: body.count)
    owned = copy
    body = UnsafeRawBufferPointer(start: copy, count: body.count)
  }
}

// MARK: - Reading

extension Delivery {
  /// What stands behind `?` in the event.
  var args: String? { rare?.args }

  /// The arguments that came through a proxy, if it came through one.
  private var proxied: [Value]? { rare?.proxied }

  /// Whether an answer is wanted.
  var isCall: Bool { envelope.rsvp.isPresent }

  /// The first argument, straight to the type that is asked for.
  @inline(__always)
  func decode<P: Decodable>(_ type: P.Type) throws(IKCError) -> P {
    if rare == nil, envelope.params.isPresent, !envelope.hasEarlierClasses {
      var decoding = StorableDecoding(image: body, order: envelope.order)
      do throws(IKCError) {
        return try decoding.decode(
          type, at: Int(envelope.params.start), firstTag: Int(envelope.params.firstTag))
      } catch {
        guard decoding.refersOutside else { throw error }
      }
    }
    var decoder = ValueDecoder(root: "params")
    decoder.maximumCount = (1 << 20) + 16 * body.count
    return try decoder.decode(type, from: params())
  }

  /// The first argument as plain data.
  func params() throws(IKCError) -> Value {
    if let proxied { return proxied.first ?? .undef }
    return try value(of: envelope.params, key: "params")
  }

  /// All arguments: the parameters, or what came through a proxy, and the event's `?args` last.
  func arguments() throws(IKCError) -> [Value] {
    let list = if let proxied { proxied } else { [try params()] }
    guard let args else { return list }
    return list + [.string(args)]
  }

  /// The session that sent the message; nil where it named none.
  func from() throws(IKCError) -> Specifier.Parts? {
    guard envelope.from.isPresent else { return nil }
    return Specifier.Parts(try value(of: envelope.from, key: "from"))
  }

  /// Whom the message is for; nil where that is no specifier.
  var event: Specifier.Parts? {
    (try? value(of: envelope.event, key: "event")).flatMap { Specifier.Parts($0) }
  }

  /// Where the answer goes; nil in posts.
  func rsvp() throws(IKCError) -> Specifier.Parts? {
    guard envelope.rsvp.isPresent else { return nil }
    return Specifier.Parts(try value(of: envelope.rsvp, key: "rsvp"))
  }

  /// One field as plain data. Where it refers to others, the whole body is read.
  func value(of field: Envelope.Field, key: String) throws(IKCError) -> Value {
    guard field.isPresent else { return .undef }
    if !envelope.hasEarlierClasses || field.start != envelope.params.start {
      var reader = StorableReader(
        image: body, at: Int(field.start), firstTag: Int(field.firstTag), order: envelope.order)
      do throws(IKCError) { return try reader.readItem() } catch { guard reader.refersOutside else { throw error } }
    }
    return try StorableSerializer().decode(body).message?[key] ?? .undef
  }
}

// MARK: - Answering

extension Delivery {
  /// Whether the rsvp is a text that begins with the caller's id: what Swift kernels send, and no question then.
  @inline(__always)
  var callerNamesItself: Bool {
    let rsvp = envelope.rsvp.bytes(in: body)
    guard rsvp.count > 8, rsvp[0] == StorableTag.scalar, envelope.order == .network else { return false }
    return rsvp[2..<8].elementsEqual("poe://".utf8)
      && channel.name.utf8.withContiguousStorageIfAvailable { name in
        rsvp.count > 8 + name.count && rsvp[8 + name.count] == UInt8(ascii: "/")
          && UnsafeRawBufferPointer(rebasing: rsvp[8..<(8 + name.count)]).isSame(as: UnsafeRawBufferPointer(name))
      } ?? false
  }
}

extension Delivery {
  /// Sends the result of a handler to the caller. Does nothing for a post, or a second time.
  ///
  /// In list context an array is the list of results, anything else the only one of them.
  func answer<R: Encodable>(_ result: R) throws(IKCError) {
    guard isCall, !hasAnswered else { return }
    hasAnswered = true
    guard let target = try responder.answerChannel(for: self) else { return }
    do throws(IKCError) {
      try write(to: target) { (writer: inout ByteWriter) throws(IKCError) in
        let start = writer.count
        try writer.writeStorable(encoding: result, in: .params)
        guard envelope.wantsList, !writer.isArray(at: start) else { return }
        writer.truncate(to: start)
        try writer.writeStorableArray(count: 1, isReferenced: true)
        try writer.writeStorable(encoding: result, in: .listedParams)
      }
    } catch {
      hasAnswered = false
      throw error
    }
  }

  /// Answers a call whose handler returns nothing: undef, or the empty list in list context.
  func answerNothing() throws(IKCError) {
    if envelope.wantsList { try answer([Value]()) } else { try answer(Value.undef) }
  }

  private func write(
    to target: Channel, _ result: (inout ByteWriter) throws(IKCError) -> Void
  ) throws(IKCError) {
    let rsvp = envelope.rsvp.bytes(in: body)
    let from = destination?.session.from
    var digits = ByteWriter.decimalDigits(rsvp.count + (from?.count ?? 0) + 64)
    // An item can be copied as it stands unless it needs others, or the other byte order.
    var echo: Value?
    if envelope.isEntangled || envelope.order == .native { echo = try value(of: envelope.rsvp, key: "rsvp") }
    try target.writeFrame(digits: &digits) { (writer: inout ByteWriter) throws(IKCError) in
      writer.beginMessage(fields: from == nil ? 2 : 3)
      try result(&writer)
      writer.writeKey("params")
      if let echo { try writer.writeStorable(encoding: echo) } else { writer.write(rsvp) }
      writer.writeKey("event")
      if let from {
        writer.write(from)
        writer.writeKey("from")
      }
    }
  }
}

extension ByteWriter {
  /// Whether the item that begins at `start` is a reference to an array.
  fileprivate func isArray(at start: Int) -> Bool {
    bytes[start...].starts(with: [StorableTag.reference, StorableTag.array])
  }
}

extension Value {
  /// The hash that a message is, whether or not it is blessed.
  var message: Hash? {
    switch self {
    case .hash(let hash): hash
    case .special(.object(let object)): object.content.message
    default: nil
    }
  }
}
