/// One message on its way through a handler: where its fields are, and how it is answered.
///
/// The responder uses the same object again and again; its bytes belong to the transport and are valid during
/// the handler only. Whoever keeps the object beyond that keeps it alive, which the responder notices: it then
/// gives it a copy of the bytes and takes a new object for itself. Not Sendable; it stays on its queue.
final class Delivery {
  /// Alive while a handler runs; `detach` sees to it for longer.
  unowned(unsafe) let responder: Responder
  private var keptResponder: Responder?
  /// Retained, as is the destination; the hot path reaches both without counting references.
  private(set) var unretainedChannel: Unmanaged<Channel>
  private(set) var body: UnsafeRawBufferPointer
  private(set) var envelope: Envelope
  private(set) var unretainedDestination: Unmanaged<PublishedState>?
  private var rare: Rare?
  private var owned: UnsafeMutableRawPointer?
  private var hasAnswered = false
  /// The number of the message's shape; 0 where that is not known.
  private(set) var shape: UInt64 = 0
  /// How many tags there are before the fields behind the parameters, where the shape is known.
  private var tags: Int32 = 0

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
    unretainedChannel = .passRetained(channel)
    self.body = body
    self.envelope = envelope
    unretainedDestination = destination.map { .passRetained($0) }
    self.rare = rare
  }

  /// Where the message came from.
  var channel: Channel { unretainedChannel.takeUnretainedValue() }

  /// Whom it is for; nil for answers, and while that is not known.
  var destination: PublishedState? { unretainedDestination?.takeUnretainedValue() }

  /// Takes up the next message. The object must not have been kept by anybody else.
  func refill(
    channel: Channel, body: UnsafeRawBufferPointer, envelope: Envelope, destination: PublishedState?, rare: Rare?
  ) {
    if unretainedChannel.toOpaque() != Unmanaged.passUnretained(channel).toOpaque() {
      unretainedChannel.release()
      unretainedChannel = .passRetained(channel)
    }
    let next = destination.map { Unmanaged.passUnretained($0) }
    if unretainedDestination?.toOpaque() != next?.toOpaque() {
      unretainedDestination?.release()
      unretainedDestination = next?.retain()
    }
    if self.rare != nil || rare != nil { self.rare = rare }
    self.body = body
    self.envelope = envelope
    shape = 0
    hasAnswered = false
  }

  /// Takes up a message of a known shape.
  func refill(
    channel: Channel, body: UnsafeRawBufferPointer, known: KnownMessage, _ match: MessageShape.Match,
    destination: PublishedState?
  ) {
    refill(
      channel: channel, body: body, envelope: known.shape.envelope(match), destination: destination, rare: nil)
    shape = known.number
    tags = match.tags
  }

  /// Takes up a message that differs from the one before in nothing but its bytes; false where it differs in more.
  @inline(__always)
  func refill(
    channel: Channel, body: UnsafeRawBufferPointer, shape: UInt64, _ match: MessageShape.Match
  ) -> Bool {
    guard self.shape == shape, unretainedChannel.toOpaque() == Unmanaged.passUnretained(channel).toOpaque(),
      envelope.params.end == match.end, tags == match.tags
    else { return false }
    self.body = body
    hasAnswered = false
    return true
  }

  deinit {
    unretainedChannel.release()
    unretainedDestination?.release()
    owned?.deallocate()
  }

  /// Takes a copy of the bytes, so that they outlive the handler.
  func detach() {
    keptResponder = responder
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
    if P.self == String.self, rare == nil, envelope.params.isPresent,
      let text = StorableDecoding.text(in: body, at: Int(envelope.params.start), envelope.order)
    {
      return unsafeBitCast(text, to: type)
    }
    return try decodeAny(type)
  }

  /// The octets of the first argument where that is a text of at most 255, all of them ASCII.
  @inline(__always)
  var plainText: UnsafeRawBufferPointer? {
    guard rare == nil, envelope.params.isPresent,
      let octets = StorableDecoding.shortText(in: body, at: Int(envelope.params.start)), Text.isASCII(octets)
    else { return nil }
    return octets
  }

  private func decodeAny<P: Decodable>(_ type: P.Type) throws(IKCError) -> P {
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
  /// Sends the result of a handler to the caller. Does nothing for a post, or a second time.
  ///
  /// In list context an array is the list of results, anything else the only one of them.
  @specialized(where R == String)
  @specialized(where R == Value)
  @specialized(where R == Int)
  @specialized(where R == Double)
  func answer<R: Encodable>(_ result: R) throws(IKCError) {
    guard isCall, !hasAnswered else { return }
    hasAnswered = true
    do throws(IKCError) {
      if callerNamesItself {
        try answerCaller(result)
      } else if let target = try responder.findAnswerChannel(for: self) {
        try write(result, to: target)
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

  /// Whether the rsvp is a text in which the caller names itself first, as Swift kernels send it: the answer goes out on
  /// the channel that the call came through, and can echo the rsvp as it stands.
  @inline(__always)
  private var callerNamesItself: Bool {
    if shape != 0, unretainedChannel._withUnsafeGuaranteedRef({ $0.namingShape }) == shape { return true }
    return findCaller()
  }

  @inline(never)
  private func findCaller() -> Bool {
    let rsvp = envelope.rsvp.bytes(in: body)
    guard rsvp.first == StorableTag.scalar, envelope.order == .network, !envelope.isEntangled,
      !channel.isTranscoded, rsvp.dropFirst(2).starts(with: "poe://\(channel.name)/".utf8)
    else { return false }
    // What a shape leaves open is the number at the end alone.
    if shape != 0 { channel.namingShape = shape }
    return true
  }

  @inline(__always)
  private func answerCaller<R: Encodable>(_ result: R) throws(IKCError) {
    guard let destination = unretainedDestination, !envelope.wantsList else { return try write(result, to: channel) }
    let rsvp = envelope.rsvp.bytes(in: body)
    let tail = destination._withUnsafeGuaranteedRef { $0.answerTail.bytes }
    let written = ShortText.lend(result) { text in
      unretainedChannel._withUnsafeGuaranteedRef { channel in
        channel.writeFrame(
          size: MessageCursor.headSize &+ text.size &+ MessageCursor.paramsKeySize &+ rsvp.count &+ tail.count
        ) { place in
          var cursor = MessageCursor(at: place, fields: 3)
          cursor.store(text)
          cursor.storeParamsKey()
          cursor.store(rsvp)
          cursor.store(tail)
        }
      }
    }
    if written == .written { return }
    let size = if let text = result as? String { text.utf8.count } else { 6 }
    let digits = ByteWriter.decimalDigits(rsvp.count &+ tail.count &+ size &+ 19)
    _ = try unretainedChannel.lend { (channel: Channel) throws(IKCError) in
      try channel.writeFrame(digits: digits) { (writer: inout ByteWriter) throws(IKCError) in
        writer.beginMessage(fields: 3)
        try writer.writeStorable(encoding: result, in: .params)
        writer.reserve(10 &+ rsvp.count &+ tail.count)
        writer.writeKey("params")
        writer.write(rsvp)
        writer.write(tail)
      }
    }
  }

  /// Writes an answer of any kind.
  private func write<R: Encodable>(_ result: R, to target: Channel) throws(IKCError) {
    // An item can be copied as it stands unless it needs others, or the other byte order.
    var echo: Value?
    if envelope.isEntangled || envelope.order == .native || channel.isTranscoded {
      echo = try value(of: envelope.rsvp, key: "rsvp")
    }
    try target.writeFrame { (writer: inout ByteWriter) throws(IKCError) in
      writer.beginMessage(fields: destination == nil ? 2 : 3)
      try write(result, &writer)
      writer.writeKey("params")
      if let echo { try writer.writeStorable(encoding: echo) } else { writer.write(envelope.rsvp.bytes(in: body)) }
      if let destination { writer.write(destination.answerTail.bytes) } else { writer.writeKey("event") }
    }
  }

  private func write<R: Encodable>(_ result: R, _ writer: inout ByteWriter) throws(IKCError) {
    let start = writer.count
    try writer.writeStorable(encoding: result, in: .params)
    guard envelope.wantsList, !writer.isArray(at: start) else { return }
    writer.truncate(to: start)
    try writer.writeStorableArray(count: 1, isReferenced: true)
    try writer.writeStorable(encoding: result, in: .listedParams)
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
